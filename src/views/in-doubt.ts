import type { RunEvent } from '../domain/event.ts';
import type { Failure } from '../domain/failure.ts';
import { isInDoubt, recordRun } from './run-record.ts';

/** A host of which it is not known whether a transaction took place. */
export interface InDoubt {
  readonly host: string;
  readonly tx: string;
  /** The transaction was to take changes back. */
  readonly undo: boolean;
  /** Why the answer was lost; absent when the record simply ends. */
  readonly lost?: Failure;
}

/** Every transaction that was announced and whose receipt never came, in the order of announcement. `resume` asks those hosts. */
export function inDoubt(events: Iterable<RunEvent>): readonly InDoubt[] {
  return recordRun(events)
    .transactions.filter(isInDoubt)
    .map(({ host, tx, undo, lost }) => ({ host, tx, undo, ...(lost ? { lost } : {}) }));
}
