import type { Change } from '../domain/change.ts';
import type { RunEvent } from '../domain/event.ts';
import type { Failure } from '../domain/failure.ts';
import type { Content } from '../domain/file.ts';
import type { HostPlan, Outcome } from '../domain/plan.ts';
import { type ChangeResult, isSettled, type TransactionState } from '../domain/transaction.ts';

/** The event that begins a run. */
export type RunStarted = Extract<RunEvent, { readonly type: 'run.started' }>;

/** Why no further wave was begun, and what was to be taken back for it. */
export type RunBreach = Extract<RunEvent, { readonly type: 'rollout.breached' }>;

/** What a run meant to do to a host, and what is known of how it went. */
export interface TransactionRecord {
  readonly host: string;
  readonly tx: string;
  /** It takes changes of an earlier run back. */
  readonly rollback: boolean;
  readonly changes: readonly Change[];
  /** The privilege that was asked for; absent: that of the inventory. */
  readonly become?: boolean;
  /** When it was announced, in ms since the epoch, and how long from then on the host waits to be confirmed, in ms. */
  readonly at: number;
  readonly undoAfterMs: number;
  /** The same from the moment in which its changes were made; once it was heard of that, it stands above. */
  readonly undoAfterChangesMs?: number;
  /** What another process needs to verify it. */
  readonly context?: Content;
  /** What the host said last; absent: nothing since it was announced. */
  readonly state?: TransactionState;
  readonly lost?: Failure;
  /** The host said that it had begun it, or was about to be told to keep it. */
  readonly begun?: true;
  /** One a change, where the host's receipt came back. */
  readonly results?: readonly ChangeResult[];
}

/** How a host stands at the end of the events. */
export interface HostEnding {
  readonly host: string;
  readonly outcome: Outcome;
  readonly reason?: Failure;
}

/** A run as its events tell it so far; what every other view starts from. */
export interface RunRecord {
  readonly started?: RunStarted;
  readonly plans: ReadonlyMap<string, HostPlan>;
  /** In the order in which they were announced. */
  readonly transactions: readonly TransactionRecord[];
  /** One for every host of the run that is known of, in the run's order. */
  readonly endings: readonly HostEnding[];
  /** An approval was refused. */
  readonly declined: boolean;
  readonly interrupted: boolean;
  readonly breach?: RunBreach;
  /** Why the policy let no further host be changed. */
  readonly closed?: string;
  readonly finished: boolean;
}

/** Folds the events of one run. Nothing is required of them: half a journal gives half a record. */
export function recordRun(events: Iterable<RunEvent>): RunRecord {
  let started: RunStarted | undefined;
  let outcomes: Readonly<Record<string, Outcome>> | undefined;
  let declined = false;
  let interrupted = false;
  let breach: RunBreach | undefined;
  let closed: string | undefined;
  const plans = new Map<string, HostPlan>();
  const ended = new Map<string, HostEnding>();
  const transactions = new Map<string, TransactionRecord>();

  for (const event of events) {
    switch (event.type) {
      case 'run.started':
        started = event;
        break;
      case 'host.planned':
        plans.set(event.host, event.plan);
        break;
      case 'approval.given':
        declined ||= event.answer === 'no';
        break;
      case 'transaction.intended':
        transactions.set(event.tx, intendedBy(event));
        break;
      case 'transaction.finished':
      case 'transaction.reported':
      case 'transaction.lost': {
        const intended = transactions.get(event.tx);
        if (intended) transactions.set(event.tx, told(intended, event));
        break;
      }
      case 'confirm.intended': {
        const intended = transactions.get(event.tx);
        if (intended) transactions.set(event.tx, { ...intended, begun: true });
        break;
      }
      case 'host.finished':
        ended.set(event.host, { host: event.host, outcome: event.outcome, ...(event.reason ? { reason: event.reason } : {}) });
        break;
      case 'run.interrupted':
        interrupted = true;
        break;
      case 'run.resumed':
        interrupted = false;
        outcomes = undefined;
        for (const host of event.hosts) ended.delete(host);
        break;
      case 'run.finished':
        outcomes = event.outcomes;
        break;
      case 'approval.requested':
      case 'wave.started':
      case 'wave.finished':
      case 'host.started':
      case 'verify.attempted':
      case 'undo.intended':
      case 'budget.exceeded':
      case 'rollout.held':
      case 'rollout.paused':
      case 'rollout.continued':
      case 'gate.checked':
      case 'host.parked':
        break;
      case 'rollout.breached':
        breach = event;
        break;
      case 'rollout.closed':
        closed = event.why;
        break;
    }
  }
  const all = [...transactions.values()];
  return {
    ...(started ? { started } : {}),
    plans,
    transactions: all,
    endings: endingsOf(started?.hosts ?? [...plans.keys()], plans, ended, all, outcomes),
    declined,
    interrupted,
    ...(breach ? { breach } : {}),
    ...(closed === undefined ? {} : { closed }),
    finished: outcomes !== undefined,
  };
}

/** True when a transaction was announced, and the host has not said yet that it came to an end. */
export function isUnsettled({ state }: Pick<TransactionRecord, 'state'>): boolean {
  return !isSettled(state);
}

function intendedBy(event: Extract<RunEvent, { readonly type: 'transaction.intended' }>): TransactionRecord {
  const { type: _, ...record } = event;
  return record;
}

/** A host that has made its changes waits anew, for the confirm alone. */
function waitingSince(
  { undoAfterChangesMs }: TransactionRecord,
  { at, state }: { readonly at: number; readonly state: TransactionState },
): Partial<TransactionRecord> {
  return state === 'applied' && undoAfterChangesMs !== undefined ? { at, undoAfterMs: undoAfterChangesMs } : {};
}

function told(
  intended: TransactionRecord,
  event: Extract<RunEvent, { readonly type: 'transaction.finished' | 'transaction.reported' | 'transaction.lost' }>,
): TransactionRecord {
  const { lost: _, ...rest } = intended;
  const begun = event.type !== 'transaction.lost' && event.state !== 'none' ? { begun: true as const } : {};
  switch (event.type) {
    case 'transaction.lost':
      return { ...rest, lost: event.failure };
    case 'transaction.finished':
      return { ...rest, ...begun, ...waitingSince(rest, event), state: event.state, results: event.results };
    case 'transaction.reported':
      return { ...rest, ...begun, state: event.state };
  }
}

function endingsOf(
  hosts: readonly string[],
  plans: ReadonlyMap<string, HostPlan>,
  ended: ReadonlyMap<string, HostEnding>,
  transactions: readonly TransactionRecord[],
  outcomes: Readonly<Record<string, Outcome>> | undefined,
): readonly HostEnding[] {
  const last = new Map(transactions.map((transaction) => [transaction.host, transaction]));
  return hosts.flatMap((host) => {
    const known = ended.get(host) ?? unsettled(last.get(host)) ?? plans.get(host);
    const outcome = outcomes?.[host] ?? known?.outcome;
    if (outcome === undefined) return [];
    // A reason belongs to the outcome it was given with.
    const reason = known?.outcome === outcome ? known.reason : undefined;
    return [{ host, outcome, ...(reason ? { reason } : {}) }];
  });
}

const FORGOTTEN: Failure = { code: 'not-found', message: 'the host was changed, and has no record of it any more' };

/** How a host stands whose end was not recorded, by the last that was sent to it; undefined when nothing was done to it. */
function unsettled(transaction: TransactionRecord | undefined): HostEnding | undefined {
  if (!transaction || (transaction.state === 'none' && !transaction.begun)) return undefined;
  const { host, rollback, state, lost } = transaction;
  if (state === 'rolled-back') return { host, outcome: rollback ? 'failed' : 'rolled-back' };
  if (state === 'confirmed') return { host, outcome: rollback ? 'rolled-back' : 'fixed' };
  if (state === 'conflict') return { host, outcome: 'conflict' };
  if (state === 'none') return { host, outcome: 'unknown', reason: FORGOTTEN };
  const reason: Failure = lost ?? { code: 'interrupted', message: 'the record ends before the host was confirmed or taken back' };
  return { host, outcome: 'unknown', reason };
}
