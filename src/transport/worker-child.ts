import { type ChildProcess, spawn } from 'node:child_process';
import { getCompileCacheDir } from 'node:module';
import { Socket } from 'node:net';
import { availableParallelism } from 'node:os';
import { dirname, extname, join } from 'node:path';
import { BEATS } from './worker-messages.ts';

/** The program of a worker process: a file that calls `serveTransport`. */
export const WORKER_ENTRY = join(import.meta.dirname, `worker-main${extname(import.meta.filename)}`);

/** More processes make a run no faster before a thousand hosts, and the memory of all of them counts. Two, so that one may end. */
export const SHARED_WORKERS = Math.min(Math.max(availableParallelism(), 2), 3);
/** Over all shared processes; more handshakes at once stall each other. */
const HANDSHAKES = 64;

/** A bound that holds at once, below that of the watch, which looks every now and then at all of the memory. */
const HEAP_MB = 160;
const FLAGS = ['--disable-proto=throw', '--disable-warning=ExperimentalWarning', `--max-old-space-size=${HEAP_MB}`];

let ahead: ChildProcess | undefined;

/**
 * Starts the first worker process before anybody needs it: it loads its program while this process loads its own and reads files. It does
 * nothing until it is taken (`workerChild`), holds nothing up, and ends with this process where nobody takes it.
 */
export function startAhead(): ChildProcess {
  if (ahead !== undefined) return ahead;
  ahead = spawnWorker(WORKER_ENTRY);
  // Who needs one then starts it, and is told why that cannot be.
  ahead.on('error', () => {});
  hold(ahead, false);
  return ahead;
}

/** A new worker process, or the one that was started ahead. */
export function workerChild(entry: string): ChildProcess {
  const child = entry === WORKER_ENTRY ? ahead : undefined;
  if (child === undefined) return spawnWorker(entry);
  ahead = undefined;
  const lives = child.connected && child.exitCode === null && child.signalCode === null;
  return lives ? child : spawnWorker(entry);
}

/** Whether this process has to stay for it. */
export function hold(child: ChildProcess, wanted: boolean): void {
  const { channel, stderr } = child;
  for (const handle of [child, channel, stderr instanceof Socket ? stderr : undefined]) {
    if (wanted) handle?.ref();
    else handle?.unref();
  }
}

/** In a session of its own, so that neither Ctrl-C nor the end of the terminal reaches it. */
function spawnWorker(entry: string): ChildProcess {
  const caches = getCompileCacheDir();
  const child = spawn(process.execPath, [...FLAGS, entry, String(Math.ceil(HANDSHAKES / SHARED_WORKERS))], {
    detached: true,
    stdio: ['ignore', 'ignore', 'pipe', 'ipc', 'pipe'],
    serialization: 'advanced',
    env: { ...process.env, ...(caches === undefined ? {} : { NODE_COMPILE_CACHE: dirname(caches) }) },
  });
  const beats = child.stdio[BEATS.fd];
  if (beats instanceof Socket) beats.unref();
  return child;
}
