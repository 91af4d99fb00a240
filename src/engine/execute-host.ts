import type { Writer } from '../domain/access.ts';
import type { Change, ChangeResult, Receipt, Transaction } from '../domain/change.ts';
import type { EventBody } from '../domain/event.ts';
import { type Failure, HostFault } from '../domain/failure.ts';
import type { Host } from '../domain/host.ts';
import type { Outcome } from '../domain/plan.ts';
import { inverse } from './inverse.ts';
import type { Ports } from './ports.ts';

/** A host, what is to be done to it, and how to know that it worked. */
export interface HostTask {
  readonly host: Host;
  readonly changes: readonly Change[];
  /** Yields its attempts; absent in a rollback, which is judged by bytes and unit state alone. */
  verify?(): AsyncGenerator<EventBody, Verified>;
}

/** How verify came out in the end. */
export type Verified = { readonly kind: 'holds' } | { readonly kind: 'unmet' | 'inconclusive'; readonly failure: Failure };

interface End {
  readonly outcome: Outcome;
  readonly reason?: Failure;
}

/**
 * Changes one host: intent, transaction, verify, and the way back when it does not hold. Every event is yielded before
 * what it announces, and nothing goes on until the consumer has taken it (law L4).
 */
export async function* executeHost(task: HostTask, ports: Ports): AsyncGenerator<EventBody, void> {
  const { host } = task;
  yield { type: 'host.started', host: host.name };
  const { outcome, reason } = yield* carriedOut(task, ports);
  yield { type: 'host.finished', host: host.name, outcome, ...(reason ? { reason } : {}) };
}

async function* carriedOut(task: HostTask, ports: Ports): AsyncGenerator<EventBody, End> {
  const tried = yield* transact(task.host, task.changes, false, ports);
  if (tried.kind === 'not-begun') return { outcome: tried.outcome, reason: tried.failure };
  if (tried.kind === 'lost') return { outcome: 'unknown', reason: tried.failure };
  const failure = firstFailure(tried.results);
  if (failure) {
    const undone = doneOf(task.changes, tried.results);
    if (undone.length === 0) return { outcome: failure.code === 'stale' ? 'stale' : 'failed', reason: failure };
    return yield* takenBack(task.host, undone, failure, ports);
  }
  const verified = task.verify ? yield* task.verify() : ({ kind: 'holds' } as const);
  switch (verified.kind) {
    case 'holds':
      return { outcome: 'fixed' };
    case 'inconclusive':
      return { outcome: 'unknown', reason: verified.failure };
    case 'unmet':
      return yield* takenBack(task.host, task.changes, verified.failure, ports);
  }
}

/** Rolls a host back because of `why`; a third party's edit in between is a conflict and is left alone. */
async function* takenBack(host: Host, changes: readonly Change[], why: Failure, ports: Ports): AsyncGenerator<EventBody, End> {
  const back = yield* transact(host, inverse(changes), true, ports);
  if (back.kind === 'not-begun' || back.kind === 'lost') {
    return { outcome: 'unknown', reason: { ...back.failure, message: `${why.message}; rolling back: ${back.failure.message}` } };
  }
  const failure = firstFailure(back.results);
  if (!failure) return { outcome: 'rolled-back', reason: why };
  const outcome = failure.code === 'stale' ? 'conflict' : 'failed';
  return { outcome, reason: { ...failure, message: `${why.message}; rolling back: ${failure.message}` } };
}

/** Rolls back what an earlier run did: one transaction, judged by its receipt. */
export async function* rollBackHost(host: Host, changes: readonly Change[], ports: Ports): AsyncGenerator<EventBody, void> {
  yield { type: 'host.started', host: host.name };
  const back = yield* transact(host, changes, true, ports);
  yield { type: 'host.finished', host: host.name, ...rolledBack(back) };
}

function rolledBack(back: Transacted): End {
  if (back.kind === 'not-begun') return { outcome: back.outcome, reason: back.failure };
  if (back.kind === 'lost') return { outcome: 'unknown', reason: back.failure };
  const failure = firstFailure(back.results);
  if (!failure) return { outcome: 'rolled-back' };
  return { outcome: failure.code === 'stale' ? 'conflict' : 'failed', reason: failure };
}

type Transacted =
  | { readonly kind: 'receipt'; readonly results: readonly ChangeResult[] }
  | { readonly kind: 'lost'; readonly failure: Failure }
  | { readonly kind: 'not-begun'; readonly outcome: Outcome; readonly failure: Failure };

async function* transact(host: Host, changes: readonly Change[], undo: boolean, ports: Ports): AsyncGenerator<EventBody, Transacted> {
  const tx = ports.transactionId(host.name, undo);
  const named = { host: host.name, tx, undo };
  // The way is opened first, so that the intent says: from here on the host may be changed.
  const writer = await opened(host, ports);
  if ('failure' in writer) return { kind: 'not-begun', ...writer };
  yield { type: 'transaction.intended', ...named, changes };
  const answer = await receiptOf(writer.writer, { id: tx, changes, undo });
  if ('failure' in answer && isRefusal(answer.failure)) {
    const { failure } = answer;
    const results = changes.map(
      (_, index): ChangeResult => (index === 0 ? { kind: 'failed', message: failure.message } : { kind: 'not-reached' }),
    );
    yield { type: 'transaction.finished', ...named, results };
    return { kind: 'not-begun', outcome: outcomeOf(failure), failure };
  }
  if ('failure' in answer) {
    yield { type: 'transaction.lost', ...named, failure: answer.failure };
    return { kind: 'lost', failure: answer.failure };
  }
  yield { type: 'transaction.finished', ...named, results: answer.results };
  return { kind: 'receipt', results: answer.results };
}

async function opened(
  host: Host,
  { fleet }: Ports,
): Promise<{ readonly writer: Writer } | { readonly outcome: Outcome; readonly failure: Failure }> {
  try {
    return { writer: await fleet.write(host) };
  } catch (error) {
    if (!(error instanceof HostFault)) throw error;
    return { outcome: outcomeOf(error.failure), failure: error.failure };
  }
}

async function receiptOf(writer: Writer, transaction: Transaction): Promise<Receipt | { readonly failure: Failure }> {
  try {
    return await writer.apply(transaction);
  } catch (error) {
    if (!(error instanceof HostFault)) throw error;
    return { failure: error.failure };
  }
}

/** Turned away at the door: the script was never sent, so it is known that nothing happened. */
function isRefusal({ code }: Failure): boolean {
  return code === 'become' || code === 'unreachable' || code === 'protocol';
}

function outcomeOf({ code }: Failure): Outcome {
  return code === 'become' || code === 'protocol' ? 'failed' : 'unreachable';
}

function firstFailure(results: readonly ChangeResult[]): Failure | undefined {
  for (const result of results) {
    if (result.kind === 'stale') return { code: 'stale', message: result.message };
    if (result.kind === 'failed') return { code: 'command-failed', message: result.message };
  }
  return undefined;
}

/**
 * What has to be taken back: all that was done, and a unit change or trigger that did not succeed, since it may have
 * had half of its effect. A file that was not replaced is whole, and a command that did not succeed has no known undo.
 */
function doneOf(changes: readonly Change[], results: readonly ChangeResult[]): readonly Change[] {
  const done = changes.filter((_, index) => results[index]?.kind === 'done');
  if (done.length === 0) return [];
  return changes.filter((change, index) => {
    const kind = results[index]?.kind;
    return kind === 'done' || (kind === 'failed' && (change.kind === 'unit' || change.kind === 'trigger'));
  });
}
