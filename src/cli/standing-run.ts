import { fail, ok, type Result } from '../domain/failure.ts';
import type { TypedPlan } from '../domain/saved-plan.ts';
import { type ArchivedRun, findRun, readRun, runIds } from '../journal/run-archive.ts';
import { type UndoEntry, undoLog } from '../views/undo-log.ts';
import { underWay } from './cut-off-run.ts';

/** A run of which something may still stand on hosts. */
export interface Standing {
  readonly of: {
    readonly id: string;
    readonly started: {
      readonly runbook: string;
      readonly runbookSha256: string;
      readonly runbookDirectory?: string;
      readonly typed?: TypedPlan;
    };
  };
  readonly entries: readonly UndoEntry[];
}

/**
 * What a run, less the rollbacks of it, has left standing on hosts. `last` is the newest run that has left anything, so
 * that neither a rollback nor an apply that found nothing to do is in the way.
 */
export async function standingOf(runsDirectory: string, name: string): Promise<Result<Standing>> {
  if (name !== 'last') return standingOfRun(runsDirectory, name);
  for (const id of await runIds(runsDirectory)) {
    const standing = await standingOfRun(runsDirectory, id);
    if (standing.ok && standing.value.entries.length > 0) return standing;
  }
  return fail('not-found', 'no run has left anything to take back', { hint: 'runbook runs lists them' });
}

async function standingOfRun(runsDirectory: string, name: string): Promise<Result<Standing>> {
  const id = await findRun(runsDirectory, name);
  const run = id.ok ? await readRun(runsDirectory, id.value) : id;
  if (!run.ok) return run;
  const [started] = run.value.events;
  if (!started && run.value.damage === undefined)
    return fail('not-found', `run ${run.value.id} was ended before its first event; nothing was changed`);
  if (started?.type !== 'run.started') return fail('journal', `the journal of run ${run.value.id} does not begin with its start`);
  if (started.kind !== 'apply') return fail('bad-input', `run ${run.value.id} is a ${started.kind}; only an apply can be rolled back`);
  if (run.value.live) return { ok: false, failure: underWay(run.value) };
  const later = await rollbacksOf(runsDirectory, run.value.id);
  return ok({ of: { id: run.value.id, started }, entries: undoLog([...run.value.events, ...later.flatMap(({ events }) => events)]) });
}

/** Length of the time in a run's id. */
const TIME = 'YYYYMMDD-HHMMSS'.length;

async function rollbacksOf(runsDirectory: string, id: string): Promise<readonly ArchivedRun[]> {
  const rollbacks: ArchivedRun[] = [];
  for (const other of [...(await runIds(runsDirectory))].reverse()) {
    // Ids begin with the time, in seconds; what follows it is random.
    const run = other.slice(0, TIME) >= id.slice(0, TIME) ? await readRun(runsDirectory, other) : undefined;
    const [started] = run?.ok ? run.value.events : [];
    if (run?.ok && started?.type === 'run.started' && started.of === id) rollbacks.push(run.value);
  }
  return rollbacks;
}
