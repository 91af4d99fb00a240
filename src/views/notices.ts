import type { RunEvent, RunKind } from '../domain/event.ts';
import type { Failure } from '../domain/failure.ts';
import type { Outcome } from '../domain/plan.ts';
import type { Drift } from './drift.ts';
import { groupByReason, type ReasonGroup } from './group-by-reason.ts';
import type { HostEnding } from './run-record.ts';

/** Something about a run that people who do not watch it want to hear of. */
export type Notice = { readonly at: number } & NoticeBody;

type NoticeBody =
  /** The first host is about to be changed. */
  | { readonly what: 'begun'; readonly waves: number; readonly affected: number; readonly of: number }
  /** Nothing goes on until somebody answers. */
  | { readonly what: 'asked'; readonly gate: string; readonly hosts: number }
  /** The first host that did not get well. */
  | { readonly what: 'failure'; readonly host: string; readonly outcome: Outcome; readonly reason?: Failure }
  | { readonly what: 'paused'; readonly by: string; readonly notStarted: number }
  | { readonly what: 'continued' }
  /** No further host is begun: too many failed, or too many are not settled. */
  | {
      readonly what: 'stopped';
      readonly why: 'failures' | 'unsettled';
      readonly count: number;
      readonly allowed: number;
      readonly notStarted: number;
    }
  /** What was asked after a wave does not hold, and no further one is begun; so many hosts are taken back for it. */
  | { readonly what: 'breached'; readonly wave: number; readonly rollBack: number; readonly notStarted: number }
  /** The policy lets no further host be changed at this time. */
  | { readonly what: 'closed'; readonly why: string; readonly notStarted: number }
  | { readonly what: 'finished'; readonly exitCode: number; readonly outcomes: Outcomes; readonly trouble: readonly ReasonGroup[] }
  /** It never came to its last event. */
  | { readonly what: 'broken-off' }
  /** An audit that has news. */
  | { readonly what: 'drift'; readonly exitCode: number; readonly drift: Drift };

type Outcomes = Readonly<Partial<Record<Outcome, number>>>;

/** Outcomes that somebody has to look after, whatever the run was for. */
const TROUBLE: ReadonlySet<Outcome> = new Set(['failed', 'conflict', 'stale', 'unknown', 'unreachable']);

/** Takes the events of one run, in order; a notice where there is something to hear of. */
export function notices(kind: RunKind): (event: RunEvent) => Notice | undefined {
  const isTrouble = (outcome: Outcome) => TROUBLE.has(outcome) || (outcome === 'rolled-back' && kind !== 'rollback');
  const endings = new Map<string, HostEnding>();
  let hosts = 0;
  let affected = 0;
  let changing = false;
  let failed = false;
  return (event) => {
    const { at } = event;
    switch (event.type) {
      case 'run.started':
      case 'run.resumed':
        hosts = event.hosts.length;
        return undefined;
      case 'host.planned':
        if (event.plan.outcome === 'would-fix') affected += 1;
        return undefined;
      case 'approval.requested':
        return { at, what: 'asked', gate: event.gate, hosts: event.hosts.length };
      case 'wave.started':
        if (changing) return undefined;
        changing = true;
        return { at, what: 'begun', waves: event.of, affected, of: hosts };
      case 'host.finished': {
        const { host, outcome, reason } = event;
        endings.set(host, { host, outcome, ...(reason ? { reason } : {}) });
        if (!changing || failed || !isTrouble(outcome)) return undefined;
        failed = true;
        return { at, what: 'failure', host, outcome, ...(reason ? { reason } : {}) };
      }
      case 'rollout.paused':
        return { at, what: 'paused', by: event.by, notStarted: event.notStarted.length };
      case 'rollout.continued':
        return { at, what: 'continued' };
      case 'budget.exceeded':
        return { at, what: 'stopped', why: 'failures', count: event.failures, allowed: event.budget, notStarted: event.notStarted.length };
      case 'rollout.held':
        return {
          at,
          what: 'stopped',
          why: 'unsettled',
          count: event.unconfirmed,
          allowed: event.maxUnavailable,
          notStarted: event.notStarted.length,
        };
      case 'rollout.breached':
        // Of too many failures is heard by `budget.exceeded`.
        if (event.by === 'failures') return undefined;
        return { at, what: 'breached', wave: event.wave, rollBack: event.rollBack.length, notStarted: event.notStarted.length };
      case 'rollout.closed':
        return { at, what: 'closed', why: event.why, notStarted: event.notStarted.length };
      case 'run.finished': {
        const outcomes: Partial<Record<Outcome, number>> = {};
        for (const outcome of Object.values(event.outcomes)) outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
        const trouble = groupByReason([...endings.values()].filter(({ outcome }) => isTrouble(outcome)));
        return { at, what: 'finished', exitCode: event.exitCode, outcomes, trouble };
      }
      default:
        return undefined;
    }
  };
}
