import { type Failure, fail, ok, type Result } from '../domain/failure.ts';
import { farOwnerOf, ownerOf } from '../journal/owner.ts';
import { type ArchivedRun, findRun, readRun, runIds } from '../journal/run-archive.ts';
import { isUnsettled, recordRun } from '../views/run-record.ts';

/** A run whose process is gone. `last`: the newest that has left a host unsettled. Refuses one that is still under way. */
export async function cutOffRun(runsDirectory: string, name: string): Promise<Result<ArchivedRun>> {
  if (name === 'last') {
    let far: ArchivedRun | undefined;
    for (const id of await runIds(runsDirectory)) {
      const run = await readRun(runsDirectory, id);
      if (!run.ok || !recordRun(run.value.events).transactions.some(isUnsettled)) continue;
      if (!run.value.live) return run;
      if (farOwnerOf(run.value.directory)) far ??= run.value;
    }
    if (far) return { ok: false, failure: underWay(far) };
    return fail('not-found', 'no run has left a host unsettled', { hint: 'runbook runs lists them' });
  }
  const id = await findRun(runsDirectory, name);
  const run = id.ok ? await readRun(runsDirectory, id.value) : id;
  if (!run.ok) return run;
  if (run.value.live) return { ok: false, failure: underWay(run.value) };
  if (run.value.damage !== undefined) return fail('journal', `run ${run.value.id}: ${run.value.damage}`, { at: run.value.directory });
  return ok(run.value);
}

/** Why a run is not taken up: a process works on it, or may, be it the first one or a `resume`. */
export function underWay({ id, directory }: ArchivedRun): Failure {
  const far = farOwnerOf(directory);
  if (far) {
    const message = `run ${id} may still be under way: process ${far.pid} on ${far.host} works on it, which cannot be seen from here`;
    return { code: 'refused', message, hint: `wait for it, or end it there; when it is surely gone: rm ${far.file}, and try again` };
  }
  const process = ownerOf(directory);
  const who = process === undefined ? '' : `: process ${process} works on it`;
  return { code: 'refused', message: `run ${id} is still under way${who}`, hint: 'wait for it, or interrupt it with Ctrl-C where it runs' };
}
