import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fail, ok, type Result } from '../domain/failure.ts';
import { defaultLabDir, type LabPaths, type LabRecord, labPaths, readLiveRecord, startTimeOf } from './lab-state.ts';
import { type LabOptions, removeFleet } from './lab-up.ts';

/** A fleet that a process of its own serves. */
export interface DetachedLab {
  readonly paths: LabPaths;
  readonly pid: number;
  readonly ports: Readonly<Record<string, number>>;
  /** It was up before. */
  readonly already: boolean;
}

/** How long a server may take to end by itself before it is killed, in ms. */
const PATIENCE_MS = 5_000;

/**
 * Starts a process that serves the fleet, and returns once every port takes connections. A fleet that is up stays as it is.
 * Fails as `labUp` does.
 */
export async function labUpDetached(options: Omit<LabOptions, 'detached'> = {}): Promise<Result<DetachedLab>> {
  const paths = labPaths(options.stateDir ?? defaultLabDir());
  const before = readLiveRecord(paths);
  if (before !== undefined) return ok({ paths, pid: before.pid, ports: before.ports, already: true });
  const log = openLog(paths);
  if (!log.ok) return log;
  const said = await startServer(paths, options.ports ?? 'usual', log.value);
  const live = readLiveRecord(paths);
  if (live === undefined)
    return said ?? fail('command-failed', `the practice fleet did not come up: ${lastLine(paths.log)}`, { at: paths.log });
  return ok({ paths, pid: live.pid, ports: live.ports, already: false });
}

function openLog(paths: LabPaths): Result<number> {
  try {
    mkdirSync(paths.stateDir, { recursive: true, mode: 0o700 });
    return ok(openSync(paths.log, 'w', 0o600));
  } catch (error) {
    return fail('permission-denied', `the practice fleet cannot be kept in ${paths.stateDir}: ${String(error)}`);
  }
}

/** Resolves once the server has told how it went (undefined: well), or has ended without a word. */
function startServer(paths: LabPaths, ports: 'usual' | 'any', log: number): Promise<Result<never> | undefined> {
  const program = join(import.meta.dirname, `lab-server${extname(import.meta.filename)}`);
  const child = spawn(process.execPath, [program, paths.stateDir, ports], { detached: true, stdio: ['ignore', log, log, 'ipc'], cwd: '/' });
  closeSync(log);
  return new Promise((resolve) => {
    child.once('message', (message) => {
      child.disconnect();
      child.unref();
      resolve(isFailure(message) ? message : undefined);
    });
    child.once('error', (error) => resolve(fail('command-failed', `the practice fleet did not come up: ${error.message}`)));
    child.once('exit', () => resolve(undefined));
  });
}

function isFailure(message: unknown): message is Result<never> {
  return typeof message === 'object' && message !== null && 'ok' in message && message.ok === false;
}

function lastLine(path: string): string {
  try {
    return readFileSync(path, 'utf8').trim().split('\n').at(-1) ?? '';
  } catch {
    return '';
  }
}

/**
 * Ends the process that serves the fleet, and no other, and removes the hosts; the result tells whether there was one.
 * Fails with `refused` when a program that does other things as well serves it.
 */
export async function labDown(stateDir?: string): Promise<Result<{ readonly stopped: boolean }>> {
  const paths = labPaths(stateDir ?? defaultLabDir());
  const live = readLiveRecord(paths);
  if (live === undefined) {
    removeFleet(paths);
    return ok({ stopped: false });
  }
  if (!live.detached) return fail('refused', `process ${live.pid} serves the practice fleet itself; end that`);
  await endServer(live);
  removeFleet(paths);
  return ok({ stopped: true });
}

async function endServer(live: LabRecord): Promise<void> {
  const runs = (): boolean => startTimeOf(live.pid) === live.startTime;
  process.kill(live.pid, 'SIGTERM');
  for (let waited = 0; runs() && waited < PATIENCE_MS; waited += 20) await delay(20);
  if (runs()) process.kill(live.pid, 'SIGKILL');
}
