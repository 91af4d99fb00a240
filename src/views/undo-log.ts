import type { Change } from '../domain/change.ts';
import type { RunEvent } from '../domain/event.ts';
import { isUnsettled, recordRun, type TransactionRecord } from './run-record.ts';

/** What stands on a host because of a run. */
export interface UndoEntry {
  readonly host: string;
  readonly tx: string;
  /** Those that were made, or may have been, in the order in which they were carried out; their inverses are what a rollback does. */
  readonly changes: readonly Change[];
  /** The record does not say that the host confirmed it: the host must be asked. */
  readonly unsettled: boolean;
  /** The host had begun it by the record, so that none of its own says nothing against that; only where it must be asked. */
  readonly begun?: true;
  /** A rollback of it that the host has not settled by the record: it may stand, or be taken back itself. */
  readonly undoing?: string;
  /** The privilege with which they were made; absent: that of the inventory. */
  readonly become?: boolean;
  /** /etc/machine-id of the machine that was changed, where the run knew it. */
  readonly machineId?: string;
}

/**
 * What was done on each host and has not been taken back, the oldest first. Takes the events of a run, followed by those
 * of any rollbacks of it. A transaction is whole: it stands, or it does not.
 */
export function undoLog(events: Iterable<RunEvent>): readonly UndoEntry[] {
  const all = [...events];
  const machines = machineIds(all);
  const standing = new Map<string, readonly UndoEntry[]>();
  for (const transaction of recordRun(all).transactions) {
    const { host, state, begun } = transaction;
    // A host that was changed, and has no record of it any more, may have kept it: its files tell.
    if ((state === 'none' && !begun) || state === 'rolled-back') continue;
    const machineId = machines.get(host);
    const entry = { ...entryOf(transaction), ...(machineId === undefined ? {} : { machineId }) };
    const before = standing.get(host) ?? [];
    if (!transaction.rollback) standing.set(host, [...before, entry]);
    else if (state === 'confirmed') standing.set(host, []);
    else if (isUnsettled(transaction))
      standing.set(
        host,
        before.map((each) => ({ ...each, undoing: transaction.tx })),
      );
  }
  return [...standing.values()].flat();
}

/** Host name to the machine that the run planned on; what a later rollback met there is another matter. */
function machineIds(events: readonly RunEvent[]): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const event of events) {
    const id = event.type === 'host.planned' ? event.plan.facts['machine_id'] : undefined;
    if (event.type === 'host.planned' && typeof id === 'string' && id !== '' && !found.has(event.host)) found.set(event.host, id);
  }
  return found;
}

function entryOf(transaction: TransactionRecord): UndoEntry {
  const { host, tx, become, begun } = transaction;
  const unsettled = isUnsettled(transaction);
  const access = become === undefined ? {} : { become };
  return { host, tx, changes: madeOf(transaction), unsettled, ...access, ...(begun && unsettled ? { begun } : {}) };
}

/** A file tells by itself whether it was changed. What else never began has no undo: that of a command would change the host. */
function madeOf({ changes, results }: TransactionRecord): readonly Change[] {
  return changes.filter((change, index) => {
    const kind = results?.[index]?.kind;
    return change.kind === 'file' || (kind !== 'not-reached' && kind !== 'stale');
  });
}
