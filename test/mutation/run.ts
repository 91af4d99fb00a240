/**
 * `npm run mutation [FILE,FILE…]`: changes the code that must not be wrong, one small change after another, and counts those that
 * no test finds. Stryker is brought into `.cache/mutation`, not into package.json: it is large, and wanted a few times a year.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const VERSION = '10.1.1';
const PLACE = '.cache/mutation';
const STRYKER = join(PLACE, 'node_modules/@stryker-mutator/core');

/** The part of Stryker's report that is counted here. */
interface Report {
  readonly files: Readonly<Record<string, { readonly mutants: readonly { readonly status: string }[] }>>;
}

function must(command: string, words: readonly string[]): void {
  const { status } = spawnSync(command, words, { stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
}

function bringIn(): void {
  const manifest = join(STRYKER, 'package.json');
  if (existsSync(manifest) && JSON.parse(readFileSync(manifest, 'utf8')).version === VERSION) return;
  mkdirSync(PLACE, { recursive: true });
  writeFileSync(join(PLACE, 'package.json'), '{ "private": true }\n');
  const packages = [`@stryker-mutator/core@${VERSION}`, `@stryker-mutator/vitest-runner@${VERSION}`];
  // Its vitest is the one of this project, found in the directories above.
  const quiet = ['--no-audit', '--no-fund', '--loglevel=error'];
  must('npm', ['install', '--prefix', PLACE, '--ignore-scripts', '--legacy-peer-deps', '--save-exact', ...quiet, ...packages]);
}

/** A row of docs/mutation.md: what of a file's mutants was killed, ran into a time limit, survived, or was not run by any test. */
function row(file: string, statuses: readonly string[]): string {
  const count = (status: string) => statuses.filter((each) => each === status).length;
  const [killed, timeout, survived, uncovered] = ['Killed', 'Timeout', 'Survived', 'NoCoverage'].map(count) as [
    number,
    number,
    number,
    number,
  ];
  const found = killed + timeout;
  const score = ((100 * found) / (found + survived + uncovered)).toFixed(1);
  return `| ${file} | ${killed} | ${timeout} | ${survived} | ${uncovered} | ${score} % |`;
}

bringIn();
const only = process.argv.slice(2);
must(process.execPath, [
  join(STRYKER, 'bin/stryker.js'),
  'run',
  'test/mutation/stryker.json',
  ...(only.length > 0 ? ['--mutate', only.join(',')] : []),
]);
const { files }: Report = JSON.parse(readFileSync(join(PLACE, 'report.json'), 'utf8'));
const all = Object.entries(files).map(([file, { mutants }]) => [file, mutants.map(({ status }) => status)] as const);
const rows = [...all, ['**all**', all.flatMap(([, statuses]) => statuses)] as const].map(([file, statuses]) => row(file, statuses));
process.stdout.write(
  `${['| file | killed | timeout | survived | not run | score |', '| --- | ---: | ---: | ---: | ---: | ---: |', ...rows].join('\n')}\n`,
);
