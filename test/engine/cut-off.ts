import type { RunEvent } from '../../src/domain/event.ts';
import type { Runbook } from '../../src/domain/runbook.ts';
import type { EventBatches } from '../../src/engine/run.ts';
import type { Unsettled } from '../../src/engine/run-resume.ts';
import { readContext } from '../../src/engine/verify-context.ts';
import { isUnsettled, recordRun } from '../../src/views/run-record.ts';
import { inventoryHost } from '../fakes/fake-fleet.ts';
import type { FakeHost } from '../fakes/fake-host.ts';

/** Drives a run until an event of that type, which is the last that its record holds: there the process is killed. */
export async function cutOff(batches: EventBatches, last: RunEvent['type']): Promise<readonly RunEvent[]> {
  const all: RunEvent[] = [];
  for await (const batch of batches) {
    for (const event of batch) {
      all.push(event);
      if (event.type === last) return all;
    }
  }
  throw new Error(`the run has no ${last}`);
}

/** What was announced last reaches the host all the same, as a script that was on its way does. */
export async function arrives(fake: FakeHost, record: readonly RunEvent[]): Promise<void> {
  const intended = record.find((event) => event.type === 'transaction.intended');
  if (intended?.type !== 'transaction.intended') throw new Error('nothing was announced');
  const { tx: id, changes, rollback, undoAfterMs } = intended;
  await fake.begin({ id, changes, rollback, undoAfterMs, owner: { run: 'r1', operator: 'test', controller: 'here' } });
}

/** What a record leaves to be settled, with what is needed to verify it. */
export function unsettledOf(record: readonly RunEvent[], book: Runbook, leftMs = 60_000): readonly Unsettled[] {
  return recordRun(record)
    .transactions.filter(isUnsettled)
    .map(({ host, tx, changes, become, rollback, results, begun, context: content }) => {
      const context = content && readContext(content, book, {});
      return {
        host: inventoryHost(host),
        tx,
        changes,
        become,
        rollback,
        leftMs,
        ...(results ? { results } : {}),
        ...(begun ? { begun } : {}),
        ...(context ? { context } : {}),
      };
    });
}
