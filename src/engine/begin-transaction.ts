import type { Writer } from '../domain/access.ts';
import type { Change } from '../domain/change.ts';
import type { EventBody } from '../domain/event.ts';
import { type Failure, HostFault } from '../domain/failure.ts';
import type { Content } from '../domain/file.ts';
import type { Host } from '../domain/host.ts';
import type { ChangeResult, Receipt, Standing } from '../domain/transaction.ts';
import { timeOfChanges } from '../domain/undo-time.ts';
import type { Ports } from './ports.ts';
import { askUntilKnown, type Live } from './settle.ts';

/** A host and what is to be done to it in one exchange. */
export interface HostWork {
  readonly host: Host;
  readonly changes: readonly Change[];
  /** The privilege that the runbook asks for; undefined: that of the inventory. */
  readonly become: boolean | undefined;
  /** How long the host waits for a confirm before it takes itself back, in ms, without the jitter. */
  readonly undoAfterMs: number;
  /** What another process needs to verify it. */
  readonly context?: Content;
}

/** How the first exchange ended. */
export type Begun =
  /** All is done, and armed. */
  | { readonly kind: 'applied'; readonly live: Live }
  /** Nothing was sent, or the host turned it away: it is as it was. */
  | { readonly kind: 'not-begun'; readonly failure: Failure }
  /** The host took it back, or is taking it back, because of `failure`. */
  | { readonly kind: 'taken-back'; readonly failure: Failure; readonly standing: Standing; readonly results?: readonly ChangeResult[] }
  /** The host does not answer any more. */
  | { readonly kind: 'unknown'; readonly failure: Failure };

/**
 * Announces a transaction, has the host carry it out, and finds out what became of it when the answer does not come: by asking
 * the host, never by sending it again.
 */
export async function* beginTransaction(work: HostWork, rollback: boolean, ports: Ports): AsyncGenerator<EventBody, Begun> {
  const { host, changes, become, context } = work;
  const tx = ports.transactionId(host.name);
  const undoAfterMs = jittered(work.undoAfterMs, tx);
  const afterChanges = undoAfterMs - timeOfChanges(changes);
  const waits = { undoAfterMs, ...(afterChanges > 0 ? { undoAfterChangesMs: afterChanges } : {}) };
  // The way is opened first, so that the intent says: from here on the host may be changed.
  const opened = await writerOf(work, ports);
  if ('failure' in opened) return { kind: 'not-begun', ...opened };
  const privilege = become === undefined ? {} : { become };
  yield {
    type: 'transaction.intended',
    host: host.name,
    tx,
    rollback,
    changes,
    ...privilege,
    ...waits,
    ...(context ? { context } : {}),
  };
  const live: Live = { host, become, tx, until: ports.clock.elapsed() + undoAfterMs };
  const answer = await receiptOf(opened.writer, { id: tx, changes, rollback, ...waits, owner: ports.owner });
  if ('failure' in answer && isRefusal(answer.failure)) {
    yield { type: 'transaction.finished', host: host.name, tx, results: changes.map(() => NOT_REACHED), state: 'none', remarks: [] };
    return { kind: 'not-begun', ...answer };
  }
  if ('failure' in answer) {
    yield { type: 'transaction.lost', host: host.name, tx, ...answer };
    return yield* foundOut(live, answer.failure, ports);
  }
  const results = answer.results.map((result, index) => toldResult(changes[index], result));
  // Begun before means by another run: how that one stands is not how ours does.
  const state = answer.refusal?.code === 'locked' ? 'none' : answer.state;
  yield { type: 'transaction.finished', host: host.name, tx, results, state, remarks: answer.remarks };
  return judged(live, { ...answer, results, state });
}

const NOT_REACHED: ChangeResult = { kind: 'not-reached' };

function judged(live: Live, receipt: Receipt): Begun {
  if (receipt.state === 'applied') return { kind: 'applied', live };
  const failure = receipt.refusal ?? firstFailure(receipt.results) ?? notCarriedThrough(receipt);
  if (receipt.state === 'none') return { kind: 'not-begun', failure };
  const { state, remarks, results } = receipt;
  return { kind: 'taken-back', failure, standing: { state, remarks }, results };
}

async function* foundOut(live: Live, lost: Failure, ports: Ports): AsyncGenerator<EventBody, Begun> {
  const known = yield* askUntilKnown(live, ports);
  if (known.kind === 'unknown') return { kind: 'unknown', failure: { ...lost, message: `${lost.message}; ${known.failure.message}` } };
  const { standing } = known;
  if (standing.state === 'applied') return { kind: 'applied', live };
  if (standing.state === 'none') return { kind: 'not-begun', failure: lost };
  return { kind: 'taken-back', failure: lost, standing };
}

/** Up to a fifth more, so that the hosts of a fleet whose controller is gone do not all restart at once. */
function jittered(ms: number, tx: string): number {
  return Math.round(ms * (1 + Number.parseInt(tx.slice(0, 4), 16) / 0xffff / 5)) || ms;
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

async function receiptOf(writer: Writer, transaction: Parameters<Writer['begin']>[0]): Promise<Receipt | { readonly failure: Failure }> {
  try {
    return await writer.begin(transaction);
  } catch (error) {
    if (!(error instanceof HostFault)) throw error;
    return { failure: error.failure };
  }
}

/** Turned away at the door: the script was never sent, so it is known that nothing happened. */
function isRefusal({ code }: Failure): boolean {
  return code !== 'lost' && code !== 'timed-out';
}

function firstFailure(results: readonly ChangeResult[]): Failure | undefined {
  for (const result of results) {
    if (result.kind === 'stale') return { code: 'stale', message: result.message };
    if (result.kind === 'failed') return { code: 'command-failed', message: result.message };
  }
  return undefined;
}

function notCarriedThrough({ state, remarks }: Receipt): Failure {
  return { code: 'expired', message: `it was not carried through, and is ${state}${remarks.map((remark) => `; ${remark}`).join('')}` };
}
