import { spawn } from 'node:child_process';
import { memoryOf } from '../ssh/worker-processes.ts';
import { treeOf } from './process-tree.ts';

/** What one run of a tool took. */
export interface Measured {
  readonly code: number;
  readonly wallS: number;
  /** User and system time of the tool and of all its processes that it waited for; the hosts are none of them. */
  readonly cpuS: number;
  /** The most resident memory of the tool and its processes together, in MB, as far as was looked. */
  readonly memoryMb: number;
  /** The end of what it printed, for when it went wrong. */
  readonly said: string;
}

const LOOK_MS = 200;
const TAIL = 2_000;

/** Runs a command to its end by bash, whose `time` counts processor time of the whole tree. */
export async function measure(argv: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Measured> {
  const script = 'TIMEFORMAT="%R %U %S"; { time "$@" >&4 2>&1; } 2>&3';
  const child = spawn('bash', ['-c', script, 'bash', ...argv], {
    stdio: ['ignore', 'ignore', 'inherit', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
  });
  let [times, said, most] = ['', '', 0];
  child.stdio[3]?.on('data', (chunk: Buffer) => {
    times += chunk.toString();
  });
  child.stdio[4]?.on('data', (chunk: Buffer) => {
    said = (said + chunk.toString()).slice(-TAIL);
  });
  const looking = setInterval(() => {
    most = Math.max(most, memoryOf(treeOf(child.pid ?? 0)));
  }, LOOK_MS);
  const code = await new Promise<number>((resolve) => child.once('close', (ended) => resolve(ended ?? 1)));
  clearInterval(looking);
  const [wallS = Number.NaN, user = Number.NaN, system = Number.NaN] = times.trim().split(' ').map(Number);
  return { code, wallS, cpuS: user + system, memoryMb: most / 1_000_000, said };
}

/** The middle one; of two, their mean. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const half = sorted.length >> 1;
  const upper = sorted[half] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[half - 1] ?? Number.NaN)) / 2;
}
