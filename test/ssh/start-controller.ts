import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Errand, Visit } from './controller.ts';
import { childrenOf, memoryOf } from './worker-processes.ts';

const PROGRAM = fileURLToPath(new URL('controller.ts', import.meta.url));
const SAMPLE_MS = 100;

/** A controller process under way. */
export interface Controller {
  readonly pid: number;
  readonly child: ChildProcess;
  /** Resolves to all visits once it has ended by itself. */
  readonly over: Promise<readonly Visit[]>;
  /** The most memory that it and its children had at a time, in bytes, as far as was looked. */
  mostMemory(): number;
}

/** Starts a controller in a process group of its own, as a terminal does. */
export function startController(errand: Errand): Controller {
  const child = spawn(process.execPath, [PROGRAM], {
    detached: true,
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    serialization: 'advanced',
  });
  const pid = child.pid ?? 0;
  let most = 0;
  const weighing = setInterval(() => {
    most = Math.max(most, memoryOf([pid, ...childrenOf(pid)]));
  }, SAMPLE_MS);
  let visits: readonly Visit[] = [];
  child.once('message', (told) => {
    visits = told as readonly Visit[];
  });
  // What it told is read to the end before it is disconnected.
  const over = Promise.all(['disconnect', 'exit'].map((event) => once(child, event))).then(() => {
    clearInterval(weighing);
    return visits;
  });
  child.send(errand);
  return { pid, child, over, mostMemory: () => most };
}
