import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fail, ok, type Result } from '../domain/failure.ts';
import { type FarOwner, farOwnerOf, isOwned, ownerOf } from '../journal/owner.ts';
import { findRun, runIds } from '../journal/run-archive.ts';
import { leaveWish, type Want, wishWaits } from '../journal/wish.ts';
import type { CommonOptions } from './options.ts';
import { screenOf } from './screen.ts';
import { stateDirectory, type World } from './world.ts';

/** What is wanted of which run. */
export interface SteerRequest {
  readonly want: Want;
  /** A run's id, or an unambiguous beginning of it, or `last`; absent: the only one that is under way. */
  readonly run?: string;
  /** Every run that is under way. */
  readonly all: boolean;
}

/** How long a run may take to hear of a wish, in ms. It looks four times a second, unless its machine is very busy. */
const PATIENCE_MS = 5_000;

const DONE: Readonly<Record<Want, string>> = {
  pause: 'is paused: hosts under way come to their end, and no further one is begun',
  continue: 'goes on',
  halt: 'halts: hosts under way come to their end, and no further one is begun',
};

/**
 * Leaves a wish for runs that are under way, and waits until their processes have taken it. Exit code 1 where there is no such run, 3
 * where a process does not hear.
 */
export async function runSteer(world: World, { want, run, all }: SteerRequest, options: CommonOptions): Promise<number> {
  const screen = screenOf(world, options);
  const runsDirectory = join(stateDirectory(world, options.stateDir), 'runs');
  const chosen = await chooseRuns(runsDirectory, run, all);
  if (!chosen.ok) return screen.refuse(chosen.failure);
  const heard = await Promise.all(chosen.value.map((id) => wished(join(runsDirectory, id), { want, by: world.user })));
  const rows = chosen.value.map((id, index) => ({ run: id, want, heard: heard[index] === true }));
  if (options.json) screen.data(rows);
  for (const { run: id, heard: isHeard } of rows) {
    if (!isHeard) screen.refuse(unheard(id, join(runsDirectory, id)));
    else if (!options.json) screen.print([`run ${id} ${DONE[want]}`]);
  }
  return rows.every((row) => row.heard) ? 0 : 3;
}

async function wished(directory: string, wish: Parameters<typeof leaveWish>[1]): Promise<boolean> {
  await leaveWish(directory, wish);
  const deadline = performance.now() + PATIENCE_MS;
  while (await wishWaits(directory)) {
    // A run that ends without having looked has nothing more to begin.
    if (!isOwned(directory)) return true;
    if (performance.now() > deadline) return false;
    await pause(50);
  }
  return true;
}

async function chooseRuns(runsDirectory: string, name: string | undefined, all: boolean): Promise<Result<readonly string[]>> {
  if (name !== undefined && all) return fail('bad-input', 'name a run, or pass --all, and not both');
  if (name !== undefined && name !== 'last') {
    const found = await findRun(runsDirectory, name);
    if (!found.ok) return found;
    if (isOwned(join(runsDirectory, found.value))) return ok([found.value]);
    return fail('refused', `run ${found.value} is not under way`, { hint: 'runbook runs lists them' });
  }
  const live = (await runIds(runsDirectory)).filter((id) => isOwned(join(runsDirectory, id)));
  if (live.length === 0) return fail('not-found', `no run is under way in ${runsDirectory}`);
  if (name === 'last') return ok(live.slice(0, 1));
  if (live.length > 1 && !all) return fail('ambiguous', `${live.length} runs are under way: ${live.join(', ')}`, { hint: 'name one' });
  return ok(live);
}

function unheard(id: string, directory: string) {
  const [pid, far] = [ownerOf(directory), farOwnerOf(directory)];
  return {
    code: 'timed-out' as const,
    message: `run ${id} has not heard it within ${PATIENCE_MS / 1_000} s`,
    hint: far ? hintOfFar(far) : hintOfNear(id, pid),
  };
}

function hintOfFar({ pid, host }: FarOwner): string {
  return `its process is ${pid} on ${host}, if it still runs: it cannot be seen from here`;
}

function hintOfNear(id: string, pid: number | undefined): string {
  if (pid === undefined) return 'its process has ended: runbook resume';
  return `its process is ${pid}: kill -INT ${pid}, and then runbook resume ${id}`;
}
