import type { Change } from '../domain/change.ts';
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
}

/**
 * What was done on each host and has not been taken back, the oldest first. Takes the events of a run, followed by those
 * of any rollbacks of it: an undo takes away, on its host, the changes that its receipt says are back.
 */
export function undoLog(events: Iterable<RunEvent>): readonly UndoEntry[] {
  const standing = new Map<string, readonly UndoEntry[]>();
  for (const transaction of recordRun(events).transactions) {
    const entries = standing.get(transaction.host) ?? [];
    standing.set(transaction.host, transaction.undo ? withoutUndone(entries, transaction) : [...entries, ...entryOf(transaction)]);
  }
  return [...standing.values()].flat();
}

function entryOf({ host, tx, changes, results }: TransactionRecord): readonly UndoEntry[] {
  if (!results) return [{ host, tx, changes, inDoubt: true }];
  if (!results.some((result) => result.kind === 'done')) return [];
  // A unit or trigger that did not succeed may have had half of its effect; a file that was not replaced is whole.
  const stands = changes.filter((change, index) => {
    const kind = results[index]?.kind;
    return kind === 'done' || (kind === 'failed' && (change.kind === 'unit' || change.kind === 'trigger'));
  });
  return [{ host, tx, changes: stands, inDoubt: false }];
}

function withoutUndone(entries: readonly UndoEntry[], undo: TransactionRecord): readonly UndoEntry[] {
  // An undo without a receipt has taken nothing back that anybody knows of.
  const back = undo.changes.filter((_, index) => undo.results?.[index]?.kind === 'done').map(undoneBy);
  const complete = undo.results?.every((result) => result.kind === 'done') ?? false;
  return entries.flatMap((entry) => {
    const left = entry.changes.filter((change) => !back.includes(target(change)));
    // Triggers have no state of their own: with everything else back, a complete undo leaves nothing to do.
    const settled = left.length === 0 || (complete && left.every((change) => change.kind === 'trigger'));
    return settled ? [] : [{ ...entry, changes: left }];
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
