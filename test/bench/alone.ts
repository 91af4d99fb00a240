import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LAUNCH } from '../lab/command-line.ts';
import { type Measured, measure, median } from './measure.ts';
import { megabytes } from './table.ts';

const HERE = import.meta.dirname;
const MANY = 10_000;

/** What this machine does without a host, as a table in Markdown: starting, checking, reading a large inventory, planning a large fleet. */
export async function aloneTable(rounds: number): Promise<string> {
  const directory = mkdtempSync(join(tmpdir(), 'runbook-alone-'));
  const inventory = join(directory, 'hosts.yaml');
  const hosts = Array.from({ length: MANY }, (_, n) => [`n${n + 1}`, { ansible_host: `127.2.${n >> 8}.${n & 255}` }]);
  writeFileSync(inventory, JSON.stringify({ all: { hosts: Object.fromEntries(hosts) } }));
  const many = (count: number) => [process.execPath, join(HERE, 'many-hosts.ts'), String(count)];
  const tasks: readonly (readonly [string, readonly string[]])[] = [
    ['`runbook --help`', [LAUNCH, '--help']],
    ['`runbook validate`, one runbook', [LAUNCH, 'validate', join(HERE, 'bench.yaml')]],
    ['`runbook inventory --list`, 10,000 hosts', [LAUNCH, 'inventory', '--list', '-i', inventory]],
    ['planning 1,000 simulated hosts', many(1_000)],
    ['planning 10,000 simulated hosts', many(MANY)],
  ];
  const lines: string[] = [];
  for (const [what, argv] of tasks) lines.push(line(what, await repeated(argv, rounds)));
  rmSync(directory, { recursive: true });
  return `| what | wall, s | CPU, s | memory, MB | loop stood still, p99, ms |\n|---|---|---|---|---|\n${lines.join('\n')}`;
}

async function repeated(argv: readonly string[], rounds: number): Promise<readonly Measured[]> {
  const runs: Measured[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const measured = await measure(argv);
    if (measured.code !== 0) throw new Error(`${argv.join(' ')} ended with ${measured.code}:\n${measured.said}`);
    runs.push(measured);
  }
  return runs;
}

function line(what: string, runs: readonly Measured[]): string {
  const middle = (of: (one: Measured) => number) => median(runs.map(of));
  const stall = middle(({ said }) => (/^\d+\n$/.test(said) ? Number(said) : Number.NaN));
  const figures = [
    middle(({ wallS }) => wallS).toFixed(2),
    middle(({ cpuS }) => cpuS).toFixed(2),
    megabytes(middle(({ memoryMb }) => memoryMb)),
  ];
  return `| ${[what, ...figures, Number.isNaN(stall) ? '' : stall.toFixed(0)].join(' | ')} |`;
}
