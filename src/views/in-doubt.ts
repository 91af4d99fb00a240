import type { RunEvent } from '../domain/event.ts';
import type { Failure } from '../domain/failure.ts';
import { isUnsettled, recordRun } from './run-record.ts';

/** A host of which the record does not say how its transaction ended. */
export interface InDoubt {
  readonly host: string;
  readonly tx: string;
  /** When the host takes it back by itself unless it was confirmed, in ms since the epoch, by the clock of the run. */
  readonly undoAt: number;
  /** Why the answer was lost; absent when the record simply ends. */
  readonly lost?: Failure;
}

/**
 * Every transaction that was announced and not settled, in the order of announcement. Takes the events of a run, followed by
 * those of any rollbacks of it, which ask such hosts.
 */
export function inDoubt(events: Iterable<RunEvent>): readonly InDoubt[] {
  return recordRun(events)
    .transactions.filter(isUnsettled)
    .map(({ host, tx, at, undoAfterMs, lost }) => ({ host, tx, undoAt: at + undoAfterMs, ...(lost ? { lost } : {}) }));
}
