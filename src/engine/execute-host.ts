import type { Writer } from '../domain/access.ts';
import { type Change, type ChangeResult, type Receipt, standingChanges, type Transaction } from '../domain/change.ts';
import type { EventBody } from '../domain/event.ts';
import { type Failure, HostFault } from '../domain/failure.ts';
import type { Host } from '../domain/host.ts';
import type { Outcome } from '../domain/plan.ts';
import { outcomeOfFault } from './fault-outcome.ts';
import { inverse, irreversible } from './inverse.ts';
import type { Ports } from './ports.ts';

/** A host and what is to be done to it in one exchange. */
export interface HostWork {
  readonly host: Host;
  readonly changes: readonly Change[];
  /** The privilege that the runbook asks for; undefined: that of the inventory. */
  readonly become: boolean | undefined;
}

/** The work, and how to know that it worked. */
export interface HostTask extends HostWork {
  verify(): AsyncGenerator<EventBody, Verified>;
}

/** How verify came out in the end. */
export type Verified = { readonly kind: 'holds' } | { readonly kind: 'unmet' | 'inconclusive'; readonly failure: Failure };

interface End {
  readonly outcome: Outcome;
  readonly reason?: Failure;
}

/**
 * Changes one host: intent, transaction, verify, and the way back when it does not hold. Every event is yielded before
 * what it announces, and nothing goes on until the consumer has taken it (law L4). A bug on the way leaves the host `unknown`.
 */
export async function* executeHost(task: HostTask, ports: Ports): AsyncGenerator<EventBody, void> {
  yield* ended(task.host, carriedOut(task, ports));
}

/** Rolls back what an earlier run did, by its inverses: one transaction, judged by its receipt. `stays` cannot be taken back. */
export async function* rollBackHost(work: HostWork, stays: readonly string[], ports: Ports): AsyncGenerator<EventBody, void> {
  yield* ended(work.host, undone(work, stays, undefined, ports));
}

async function* ended({ name }: Host, work: AsyncGenerator<EventBody, End>): AsyncGenerator<EventBody, void> {
  yield { type: 'host.started', host: name };
  try {
    const { outcome, reason } = yield* work;
    yield { type: 'host.finished', host: name, outcome, ...(reason ? { reason } : {}) };
  } catch (bug) {
    const message = `a bug in runbook kept this host from being brought to its end: ${bug instanceof Error ? bug.message : String(bug)}`;
    yield { type: 'host.finished', host: name, outcome: 'unknown', reason: { code: 'interrupted', message } };
    throw bug;
  }
}

async function* carriedOut(task: HostTask, ports: Ports): AsyncGenerator<EventBody, End> {
  const tried = yield* transact(task, false, ports);
  if (tried.kind === 'not-begun') return { outcome: outcomeOfFault(tried.failure), reason: tried.failure };
  if (tried.kind === 'lost') return { outcome: 'unknown', reason: tried.failure };
  const failure = firstFailure(tried.results);
  if (failure) {
    const changes = standingChanges(task.changes, tried.results);
    if (changes.length === 0) return { outcome: failure.code === 'stale' ? 'stale' : 'failed', reason: failure };
    return yield* takenBack({ ...task, changes }, failure, ports);
  }
  const verified = yield* task.verify();
  switch (verified.kind) {
    case 'holds':
      return { outcome: 'fixed' };
    case 'inconclusive':
      return { outcome: 'unknown', reason: verified.failure };
    case 'unmet':
      return yield* takenBack(task, verified.failure, ports);
  }
}

function takenBack(done: HostWork, why: Failure, ports: Ports): AsyncGenerator<EventBody, End> {
  return undone({ ...done, changes: inverse(done.changes) }, irreversible(done.changes), why, ports);
}

/**
 * Carries out inverses, because of `why` where the run itself rolls back. A third party's edit in between is a conflict and is
 * left alone; a host on which something stays is not rolled back.
 */
async function* undone(work: HostWork, stays: readonly string[], why: Failure | undefined, ports: Ports): AsyncGenerator<EventBody, End> {
  const nothing: Transacted = { kind: 'receipt', results: [] };
  const back = work.changes.length === 0 ? nothing : yield* transact(work, true, ports);
  const because = (failure: Failure): Failure =>
    why ? { ...failure, message: `${why.message}; rolling back: ${failure.message}` } : failure;
  if (back.kind === 'lost') return { outcome: 'unknown', reason: because(back.failure) };
  if (back.kind === 'not-begun') return { outcome: why ? 'unknown' : outcomeOfFault(back.failure), reason: because(back.failure) };
  const failure = firstFailure(back.results);
  if (failure) return { outcome: failure.code === 'stale' ? 'conflict' : 'failed', reason: because(failure) };
  if (stays.length > 0) return { outcome: 'failed', reason: because(cannotBeTakenBack(stays)) };
  return { outcome: 'rolled-back', ...(why ? { reason: why } : {}) };
}

/** Why a host on which all else is back is not as it was. */
export function cannotBeTakenBack(stays: readonly string[]): Failure {
  return { code: 'refused', message: `this cannot be taken back, and stays: ${stays.join('; ')}` };
}

type Transacted =
  | { readonly kind: 'receipt'; readonly results: readonly ChangeResult[] }
  | { readonly kind: 'lost'; readonly failure: Failure }
  | { readonly kind: 'not-begun'; readonly failure: Failure };

async function* transact(work: HostWork, undo: boolean, ports: Ports): AsyncGenerator<EventBody, Transacted> {
  const { host, changes, become } = work;
  const tx = ports.transactionId(host.name, undo);
  const named = { host: host.name, tx, undo };
  // The way is opened first, so that the intent says: from here on the host may be changed.
  const opened = await writerOf(work, ports);
  if ('failure' in opened) return { kind: 'not-begun', ...opened };
  yield { type: 'transaction.intended', ...named, changes, ...(become === undefined ? {} : { become }) };
  const answer = await receiptOf(opened.writer, { id: tx, changes, undo });
  if ('failure' in answer && isRefusal(answer.failure)) {
    yield { type: 'transaction.finished', ...named, results: changes.map(() => ({ kind: 'not-reached' })) };
    return { kind: 'not-begun', ...answer };
  }
  if ('failure' in answer) {
    yield { type: 'transaction.lost', ...named, ...answer };
    return { kind: 'lost', ...answer };
  }
  const results = answer.results.map((result, index) => toldResult(changes[index], result));
  yield { type: 'transaction.finished', ...named, results };
  return { kind: 'receipt', results };
}

/** What a sensitive command was, and printed, is not told. */
function toldResult(change: Change | undefined, result: ChangeResult): ChangeResult {
  if (change?.kind !== 'command' || !change.sensitive || !('message' in result)) return result;
  return { ...result, message: 'a sensitive command did not succeed; what it said is not told' };
}

async function writerOf(
  { host, become }: HostWork,
  { fleet }: Ports,
): Promise<{ readonly writer: Writer } | { readonly failure: Failure }> {
  try {
    return { writer: await fleet.write(host, { become }) };
  } catch (error) {
    if (!(error instanceof HostFault)) throw error;
    return { failure: error.failure };
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

function firstFailure(results: readonly ChangeResult[]): Failure | undefined {
  for (const result of results) {
    if (result.kind === 'stale') return { code: 'stale', message: result.message };
    if (result.kind === 'failed') return { code: 'command-failed', message: result.message };
  }
  return undefined;
}
