import type { RunEvent } from '../domain/event.ts';
import type { Failure, Result } from '../domain/failure.ts';
import { type ArchivedRun, readRun, runIds } from '../journal/run-archive.ts';
import { type InDoubt, inDoubt } from '../views/in-doubt.ts';

/** A run, and what runs since have told of its hosts. */
export interface KeptRun extends ArchivedRun {
  /** The events of rollbacks of it, in the order of time. */
  readonly later: readonly RunEvent[];
  /** Its own transactions that nobody has settled since; none while its process runs. */
  readonly doubts: readonly InDoubt[];
}

/** All runs of a state directory. */
export interface KeptRuns {
  /** Newest first. */
  readonly runs: readonly KeptRun[];
  /** Those of which nothing at all can be told. */
  readonly unreadable: readonly { readonly id: string; readonly failure: Failure }[];
}

/** Reads all runs. One that cannot be read hides no other. */
export async function keptRuns(runsDirectory: string): Promise<KeptRuns> {
  const read: ArchivedRun[] = [];
  const unreadable: { readonly id: string; readonly failure: Failure }[] = [];
  for (const id of await runIds(runsDirectory)) {
    const run = await readRun(runsDirectory, id);
    const failure = problemOf(id, run);
    if (failure) unreadable.push({ id, failure });
    else if (run.ok) read.push(run.value);
  }
  return { runs: read.map((run, newer) => keptRun(run, read.slice(0, newer))), unreadable };
}

/** Why nothing at all can be told of a run; undefined where something can. */
export function problemOf(id: string, run: Result<ArchivedRun>): Failure | undefined {
  if (!run.ok) return run.failure;
  const { damage, events } = run.value;
  return damage !== undefined && events.length === 0 ? { code: 'journal', message: `run ${id}: ${damage}` } : undefined;
}

/** A run with what rollbacks of it have told; `since`: newer runs, newest first. */
export function keptRun(run: ArchivedRun, since: readonly ArchivedRun[]): KeptRun {
  const [started] = run.events;
  const id = started?.type === 'run.started' ? (started.of ?? started.run) : run.id;
  const later = since
    .filter((other) => takesBack(other, id))
    .toReversed()
    .flatMap(({ events }) => events);
  const own = new Set(inDoubt(run.events).map(({ tx }) => tx));
  const doubts = run.live ? [] : inDoubt([...run.events, ...later]).filter(({ tx }) => own.has(tx));
  return { ...run, later, doubts };
}

function takesBack({ events: [started] }: ArchivedRun, id: string): boolean {
  return started?.type === 'run.started' && started.of === id;
}
