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

/**
 * Every transaction that was announced and whose receipt never came, in the order of announcement. Takes the events of a run,
 * followed by those of any rollbacks of it, which ask such hosts: one that ended as it should is in doubt no more.
 */
export function inDoubt(events: Iterable<RunEvent>): readonly InDoubt[] {
  const all = [...events];
  const settled = settledHosts(all);
  return recordRun(all)
    .transactions.filter((transaction) => isInDoubt(transaction) && !settled.has(transaction.host))
    .map(({ host, tx, undo, lost }) => ({ host, tx, undo, ...(lost ? { lost } : {}) }));
}

/**
 * Hosts that a run changed, and of which its record ends before anybody knew whether that helped: the process was killed
 * while it verified. Takes the same events as {@link inDoubt}.
 */
export function leftUnverified(events: Iterable<RunEvent>): readonly string[] {
  const all = [...events];
  const ended = new Set([...settledHosts(all), ...all.flatMap((event) => (event.type === 'host.finished' ? [event.host] : []))]);
  const last = new Map(recordRun(all).transactions.map((transaction) => [transaction.host, transaction]));
  return [...last.values()]
    .filter(({ host, undo, results = [] }) => !ended.has(host) && !undo && results.some(({ kind }) => kind === 'done'))
    .map(({ host }) => host);
}

/** Hosts that the last rollback to have begun them has put back, or found to be as they were. */
function settledHosts(events: readonly RunEvent[]): ReadonlySet<string> {
  const settled = new Set<string>();
  let inRollback = false;
  for (const event of events) {
    if (event.type === 'run.started') inRollback = event.kind === 'rollback';
    if (event.type === 'transaction.intended') settled.delete(event.host);
    if (!inRollback || event.type !== 'host.finished') continue;
    if (event.outcome === 'rolled-back' || event.outcome === 'healthy') settled.add(event.host);
  }
  return settled;
}
