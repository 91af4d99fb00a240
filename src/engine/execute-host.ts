import type { Change } from '../domain/change.ts';
import type { EventBody } from '../domain/event.ts';
import type { Failure } from '../domain/failure.ts';
import type { Host } from '../domain/host.ts';
import { irreversible } from '../domain/inverse.ts';
import type { Outcome } from '../domain/plan.ts';
import type { ChangeResult, Standing } from '../domain/transaction.ts';
import { type Begun, beginTransaction, type HostWork } from './begin-transaction.ts';
import { outcomeOfFault } from './fault-outcome.ts';
import type { Ports } from './ports.ts';
import { type Live, settle } from './settle.ts';

/** The work, and how to know that it worked. */
export interface HostTask extends HostWork {
  verify(): AsyncGenerator<EventBody, Verified>;
}

/** How verify came out in the end. */
export type Verified = { readonly kind: 'holds' } | { readonly kind: 'unmet' | 'inconclusive'; readonly failure: Failure };

/** How a host ended, and why. */
export interface End {
  readonly outcome: Outcome;
  readonly reason?: Failure;
}

/**
 * Changes one host: intent, transaction, verify over a new connection, and then the confirm, or the way back. Every event is
 * yielded before what it announces, and nothing goes on until the consumer has taken it (law L4). A bug on the way leaves the
 * host `unknown`, with its undo armed.
 */
export async function* executeHost(task: HostTask, ports: Ports): AsyncGenerator<EventBody, void> {
  yield* ended(task.host, carriedOut(task, ports));
}

/** Takes back what an earlier run did, by its inverses: a transaction like any other. `stays` cannot be taken back. */
export async function* rollBackHost(work: HostWork, stays: readonly string[], ports: Ports): AsyncGenerator<EventBody, void> {
  yield* ended(work.host, rolledBack(work, stays, ports));
}

/** Frames the work on a host by its first and last event. */
export async function* ended({ name }: Host, work: AsyncGenerator<EventBody, End>): AsyncGenerator<EventBody, void> {
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
  const begun = yield* beginTransaction(task, false, ports);
  if (begun.kind !== 'applied') return notApplied(task.changes, begun);
  return yield* verifiedAndSettled(task, begun.live, ports);
}

/** From an applied transaction to its end: what is verified is confirmed, what is not is taken back. */
export async function* verifiedAndSettled(
  task: Pick<HostTask, 'host' | 'changes' | 'verify'>,
  live: Live,
  ports: Ports,
): AsyncGenerator<EventBody, End> {
  // A change that keeps newcomers out must not be verified over the connection that was there before it.
  await ports.fleet.close(task.host);
  const verified = yield* task.verify();
  const { changes } = task;
  if (verified.kind !== 'holds') return yield* takenBack({ changes, results: allDone(changes) }, live, verified.failure, ports);
  const known = yield* settle(live, 'confirm', ports);
  if (known.kind === 'unknown') return { outcome: 'unknown', reason: known.failure };
  return known.standing.state === 'confirmed' ? { outcome: 'fixed' } : notConfirmed(changes, known.standing);
}

/** Has a host take a transaction back, because of `why`. `results`: what was done before, where that is known. */
export async function* takenBack(
  { changes, results }: { readonly changes: readonly Change[]; readonly results?: readonly ChangeResult[] },
  live: Live,
  why: Failure | undefined,
  ports: Ports,
): AsyncGenerator<EventBody, End> {
  const known = yield* settle(live, 'undo', ports);
  if (known.kind === 'unknown') return { outcome: 'unknown', reason: { ...known.failure, message: because(why, known.failure.message) } };
  return endOf(changes, known.standing, why, results);
}

async function* rolledBack(work: HostWork, stays: readonly string[], ports: Ports): AsyncGenerator<EventBody, End> {
  const begun = yield* nothingOr(work, ports);
  if (begun?.kind === 'not-begun' && begun.failure.code === 'stale') return { outcome: 'conflict', reason: begun.failure };
  if (begun && begun.kind !== 'applied') return asTroubled(notApplied(work.changes, begun));
  if (begun) {
    await ports.fleet.close(work.host);
    const known = yield* settle(begun.live, 'confirm', ports);
    if (known.kind === 'unknown') return { outcome: 'unknown', reason: known.failure };
    if (known.standing.state !== 'confirmed') return asTroubled(notConfirmed(work.changes, known.standing));
  }
  return stays.length > 0 ? { outcome: 'failed', reason: cannotBeTakenBack(stays) } : { outcome: 'rolled-back' };
}

async function* nothingOr(work: HostWork, ports: Ports): AsyncGenerator<EventBody, Begun | undefined> {
  return work.changes.length === 0 ? undefined : yield* beginTransaction(work, true, ports);
}

/** A rollback that was itself taken back has not done what it was for. */
function asTroubled(end: End): End {
  return end.outcome === 'rolled-back' ? { ...end, outcome: 'failed' } : end;
}

function notApplied(changes: readonly Change[], begun: Exclude<Begun, { kind: 'applied' }>): End {
  switch (begun.kind) {
    case 'not-begun':
      return { outcome: begun.failure.code === 'stale' ? 'stale' : outcomeOfFault(begun.failure), reason: begun.failure };
    case 'unknown':
      return { outcome: 'unknown', reason: begun.failure };
    case 'taken-back':
      return endOf(changes, begun.standing, begun.failure, begun.results);
  }
}

function notConfirmed(changes: readonly Change[], standing: Standing): End {
  const message = 'it was not confirmed in time, and the host took itself back';
  return endOf(changes, standing, { code: 'expired', message }, allDone(changes));
}

/**
 * How a host ends that took its changes back, because of `why` where it is not for that that it was asked. `results`: what was
 * done before, where that is known; else all may have been.
 */
export function endOf(changes: readonly Change[], { state, remarks }: Standing, why?: Failure, results?: readonly ChangeResult[]): End {
  const told = (code: Failure['code'], ...said: readonly string[]): Failure => ({
    code,
    message: because(why, [...said, ...remarks].join('; ')),
  });
  switch (state) {
    case 'rolled-back': {
      const stays = irreversible(changes.filter((_, index) => !results || results[index]?.kind === 'done'));
      if (stays.length > 0)
        return { outcome: 'failed', reason: told('refused', results ? cannotBeTakenBack(stays).message : mayStay(stays)) };
      const began =
        !results || results.some(({ kind }, index) => kind === 'done' || (kind === 'failed' && changes[index]?.kind === 'unit'));
      const outcome = began ? 'rolled-back' : why?.code === 'stale' ? 'stale' : 'failed';
      return { outcome, ...(why ? { reason: { ...why, message: [why.message, ...remarks].join('; ') } } : {}) };
    }
    case 'conflict':
      return { outcome: 'conflict', reason: told('conflict', 'nothing was put back') };
    case 'none':
      return { outcome: 'unknown', reason: told('not-found', 'the host has no record of it any more, and what was changed may stand') };
    case 'confirmed':
      return { outcome: 'conflict', reason: told('conflict', 'somebody else confirmed it') };
    default:
      return { outcome: 'failed', reason: told('command-failed', `it is not taken back yet (${state}), and the host goes on trying`) };
  }
}

function because(why: Failure | undefined, message: string): string {
  return why ? `${why.message}; rolling back: ${message}` : message;
}

/** What was done of an applied transaction. */
export function allDone(changes: readonly Change[]): readonly ChangeResult[] {
  return changes.map(() => ({ kind: 'done' }));
}

function mayStay(stays: readonly string[]): string {
  return `it is not known how far it came; this cannot be taken back, and stays if it was run: ${stays.join('; ')}`;
}

/** Why a host on which all else is back is not as it was. */
export function cannotBeTakenBack(stays: readonly string[]): Failure {
  return { code: 'refused', message: `this cannot be taken back, and stays: ${stays.join('; ')}` };
}
