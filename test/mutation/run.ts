/**
 * `npm run mutation [FILE,FILE…]`: makes one small change after another to the code that must not be wrong, and counts those that
 * no test finds. Stryker is brought into `.cache/mutation`, not into package.json: it is large, and wanted a few times a year.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const VERSION = '10.1.1';
const PLACE = '.cache/mutation';
const STRYKER = join(PLACE, 'node_modules/@stryker-mutator/core');

/** What of each part must be found, in percent. */
const ENOUGH = 80;
const PARTS: Readonly<Record<string, RegExp>> = {
  journal: /^src\/journal\//,
  'state machine': /^src\/(engine|views)\//,
  quoter: /^src\/remote\//,
  'host keys': /^src\/transport\//,
};

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
  const quietly = ['--ignore-scripts', '--legacy-peer-deps', '--save-exact', '--no-audit', '--no-fund', '--loglevel=error'];
  must('npm', ['install', '--prefix', PLACE, ...quietly, ...packages]);
}

/** How many of some mutants ended so, and how many in a hundred were found: killed, or kept from coming to an end. */
function counted(statuses: readonly string[]): { readonly counts: readonly number[]; readonly score: number } {
  const counts = ['Killed', 'Timeout', 'Survived', 'NoCoverage'].map((status) => statuses.filter((each) => each === status).length);
  const [killed = 0, timeout = 0] = counts;
  return { counts, score: (100 * (killed + timeout)) / counts.reduce((sum, count) => sum + count, 0) };
}

function row(name: string, statuses: readonly string[]): string {
  const { counts, score } = counted(statuses);
  return `| ${[name, ...counts, `${score.toFixed(1)} %`].join(' | ')} |\n`;
}

bringIn();
const only = process.argv.slice(2);
const words = ['run', 'test/mutation/stryker.json', ...(only.length > 0 ? ['--mutate', only.join(',')] : [])];
must(process.execPath, [join(STRYKER, 'bin/stryker.js'), ...words]);

const report: Report = JSON.parse(readFileSync(join(PLACE, 'report.json'), 'utf8'));
const files = Object.entries(report.files).map(([name, { mutants }]) => ({ name, statuses: mutants.map(({ status }) => status) }));
process.stdout.write('| | killed | timeout | survived | not run | found |\n| --- | ---: | ---: | ---: | ---: | ---: |\n');
for (const [part, pattern] of Object.entries(PARTS)) {
  const its = files.filter(({ name }) => pattern.test(name));
  if (its.length === 0) continue;
  const statuses = its.flatMap((file) => file.statuses);
  for (const file of its) process.stdout.write(row(`\`${file.name}\``, file.statuses));
  process.stdout.write(row(`**${part}**`, statuses));
  if (counted(statuses).score < ENOUGH) process.exitCode = 1;
}
