import { readdirSync, readFileSync } from 'node:fs';
import { vi } from 'vitest';

/** A process as `/proc` shows it. */
interface ProcessFacts {
  readonly pid: number;
  readonly parent: number;
  readonly state: string;
  readonly args: readonly string[];
}

/** All processes that have not ended yet. */
function processes(): readonly ProcessFacts[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => factsOf(Number(name)) ?? [])
    .filter(({ state }) => state !== 'Z');
}

function factsOf(pid: number): ProcessFacts | undefined {
  try {
    const [state = '', parent] = readFileSync(`/proc/${pid}/stat`, 'latin1')
      .replace(/^.*\) /s, '')
      .split(' ');
    return { pid, parent: Number(parent), state, args: readFileSync(`/proc/${pid}/cmdline`, 'latin1').split('\0') };
  } catch {
    // It ended meanwhile.
    return undefined;
  }
}

/** Process ids of the workers of a process, in the order of their start. */
export function workersOf(parent: number): readonly number[] {
  const isWorker = ({ args }: ProcessFacts) => args.some((arg) => /worker[^/]*\.ts$/.test(arg));
  return processes()
    .filter((one) => one.parent === parent && isWorker(one))
    .map(({ pid }) => pid);
}

/** Process ids of the children of a process. */
export function childrenOf(parent: number): readonly number[] {
  return processes()
    .filter((one) => one.parent === parent)
    .map(({ pid }) => pid);
}

/** Resolves once none of the processes is there any more. */
export async function untilGone(pids: readonly number[]): Promise<void> {
  await vi.waitUntil(() => !processes().some(({ pid }) => pids.includes(pid)), { timeout: 60_000, interval: 20 });
}

/** Resident memory of processes together, in bytes; what they share counts once (`Pss` in proc(5)). */
export function memoryOf(pids: readonly number[]): number {
  return pids.reduce((sum, pid) => sum + proportional(pid), 0);
}

function proportional(pid: number): number {
  try {
    return 1024 * Number(/^Pss:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'latin1'))?.[1] ?? 0);
  } catch {
    return 0;
  }
}
