import { type Change, standingChanges } from '../domain/change.ts';
import type { RunEvent } from '../domain/event.ts';
import { recordRun, type TransactionRecord } from './run-record.ts';

/** What stands on a host because of a run. */
export interface UndoEntry {
  readonly host: string;
  readonly tx: string;
  /** In the order in which they were carried out; their inverses are what a rollback does. */
  readonly changes: readonly Change[];
  /** The receipt never came: `changes` is all that may have been done, and the host must be asked. */
  readonly inDoubt: boolean;
  /** An undo of it was announced, and its receipt never came: some of `changes` may be back. */
  readonly undoInDoubt: boolean;
  /** The privilege with which they were made; absent: that of the inventory. */
  readonly become?: boolean;
  /** /etc/machine-id of the machine that was changed, where the run knew it. */
  readonly machineId?: string;
}

/**
 * What was done on each host and has not been taken back, the oldest first. Takes the events of a run, followed by those
 * of any rollbacks of it: an undo takes away, on its host, the changes that its receipt says are back.
 */
export function undoLog(events: Iterable<RunEvent>): readonly UndoEntry[] {
  const all = [...events];
  const machines = machineIds(all);
  const standing = new Map<string, readonly UndoEntry[]>();
  for (const transaction of recordRun(all).transactions) {
    const entries = standing.get(transaction.host) ?? [];
    const machineId = machines.get(transaction.host);
    const made = entryOf(transaction).map((entry) => (machineId === undefined ? entry : { ...entry, machineId }));
    standing.set(transaction.host, transaction.undo ? withoutUndone(entries, transaction) : [...entries, ...made]);
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

function entryOf({ host, tx, changes, results, become }: TransactionRecord): readonly UndoEntry[] {
  const entry = { host, tx, undoInDoubt: false, ...(become === undefined ? {} : { become }) };
  if (!results) return [{ ...entry, changes, inDoubt: true }];
  const stands = standingChanges(changes, results);
  return stands.length === 0 ? [] : [{ ...entry, changes: stands, inDoubt: false }];
}

function withoutUndone(entries: readonly UndoEntry[], undo: TransactionRecord): readonly UndoEntry[] {
  const { results } = undo;
  // An undo without a receipt has taken nothing back that anybody knows of.
  if (!results) return entries.map((entry) => ({ ...entry, undoInDoubt: true }));
  const back = undo.changes.filter((_, index) => results[index]?.kind === 'done').map(undoneBy);
  const complete = results.every((result) => result.kind === 'done');
  return entries.flatMap((entry) => {
    const left = entry.changes.filter((change) => !back.includes(target(change)));
    // Triggers have no state of their own: with everything else back, a complete undo leaves nothing to do.
    const settled = left.length === 0 || (complete && left.every((change) => change.kind === 'trigger'));
    return settled ? [] : [{ ...entry, changes: left, undoInDoubt: entry.undoInDoubt && !complete }];
  });
}

function target(change: Change): string {
  switch (change.kind) {
    case 'file':
      return `file ${change.path}`;
    case 'unit':
      return `unit ${change.unit}`;
    case 'trigger':
      return `${change.action} ${change.unit ?? ''}`;
    case 'command':
      return `command ${JSON.stringify(change.argv)}`;
  }
}

/** The target of the change that an undo's change takes back: for a command it is the one whose undo it runs. */
function undoneBy(change: Change): string {
  if (change.kind !== 'command' || !('argv' in change.undo)) return target(change);
  return `command ${JSON.stringify(change.undo.argv)}`;
}
