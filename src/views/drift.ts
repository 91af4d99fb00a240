import { createHash } from 'node:crypto';
import type { Audit, AuditedHost } from '../domain/audit.ts';
import type { HostPlan, Outcome } from '../domain/plan.ts';
import { identity } from './group-by-diff.ts';
import { isLookedAt } from './looked-at.ts';

/** What an audit found out about a host since the one before; the two `still-` are no news. `gone`: it is no host of the target any more. */
export type DriftNews = 'newly-ill' | 'changed' | 'still-ill' | 'healed' | 'newly-unreached' | 'still-unreached' | 'reached-again' | 'gone';

/** All news, in the order in which they are told. */
export const DRIFT_NEWS: readonly DriftNews[] = [
  'newly-ill',
  'changed',
  'newly-unreached',
  'healed',
  'reached-again',
  'gone',
  'still-ill',
  'still-unreached',
];

/** A host that is off, or that an earlier audit found so. */
export interface DriftedHost {
  readonly host: string;
  readonly news: DriftNews;
  /** As it is now; of one that is gone, as it was. */
  readonly outcome: Outcome;
  /** Since when it is so, in ms since the epoch. */
  readonly since: number;
  /** What was found and what would be done; absent where it is gone. */
  readonly plan?: HostPlan;
}

/** An audit of a runbook and a target, beside the one before. */
export interface Drift {
  readonly runbook: string;
  readonly at: number;
  /** Absent where it is the first. */
  readonly previous?: { readonly at: number; readonly isOtherRunbook: boolean };
  /** How many hosts were looked at, or would have been. */
  readonly total: number;
  readonly hosts: readonly DriftedHost[];
  /** Anything is not as the audit before found it. */
  readonly isNews: boolean;
}

/** What an audit is of. */
export type AuditHead = Omit<Audit, 'hosts'>;

/** Compares what was found with what the audit before found: what is to be told, and what is to be kept for the next one. */
export function driftOf(
  head: AuditHead,
  before: Audit | undefined,
  plans: readonly HostPlan[],
): { readonly drift: Drift; readonly audit: Audit } {
  const known = new Map(before?.hosts.map((host) => [host.host, host]));
  const audited = plans.map((plan) => ({ plan, was: known.get(plan.host), now: auditedHost(plan, known.get(plan.host), head.at) }));
  const present = new Set(plans.map(({ host }) => host));
  const hosts: readonly DriftedHost[] = [
    ...audited.flatMap(({ plan, was, now }) => driftedHost(plan, was, now, head.at)),
    ...[...known.values()].flatMap((host) => (present.has(host.host) ? [] : goneHost(host, head.at))),
  ];
  const isOtherRunbook = before !== undefined && before.runbookSha256 !== head.runbookSha256;
  const drift: Drift = {
    runbook: head.runbook,
    at: head.at,
    ...(before ? { previous: { at: before.at, isOtherRunbook } } : {}),
    total: plans.length,
    hosts: DRIFT_NEWS.flatMap((news) => hosts.filter((host) => host.news === news)),
    isNews: isOtherRunbook || hosts.some(({ news }) => !news.startsWith('still-')),
  };
  return { drift, audit: { ...head, hosts: audited.map(({ now }) => now) } };
}

function auditedHost(plan: HostPlan, was: AuditedHost | undefined, at: number): AuditedHost {
  const { host, outcome } = plan;
  const seen = was?.seen;
  if (!isLookedAt(plan)) return { host, ...(seen ? { seen } : {}), unseenSince: was?.unseenSince ?? at };
  const digest = digestOf(plan);
  return { host, seen: { outcome, digest, since: seen?.digest === digest ? seen.since : at } };
}

/** Of what would be done contents count by digest; sentences do not count, since hosts say times and numbers in them. */
function digestOf({ outcome, reason, changes }: HostPlan): string {
  return createHash('sha256')
    .update(JSON.stringify([outcome, reason?.code ?? '', changes.map(identity)]))
    .digest('hex');
}

function driftedHost(plan: HostPlan, was: AuditedHost | undefined, now: AuditedHost, at: number): readonly DriftedHost[] {
  const { host, outcome } = plan;
  const told = (news: DriftNews, since: number): readonly DriftedHost[] => [{ host, news, outcome, since, plan }];
  if (now.unseenSince !== undefined) return told(was?.unseenSince === undefined ? 'newly-unreached' : 'still-unreached', now.unseenSince);
  const since = now.seen?.since ?? at;
  const wasIll = was?.seen !== undefined && isIll(was.seen.outcome);
  if (isIll(outcome)) {
    if (!wasIll) return told('newly-ill', since);
    return told(was.seen?.digest === now.seen?.digest ? 'still-ill' : 'changed', since);
  }
  if (wasIll) return told('healed', since);
  return was?.unseenSince === undefined ? [] : told('reached-again', since);
}

function goneHost({ host, seen, unseenSince }: AuditedHost, at: number): readonly DriftedHost[] {
  const isOff = unseenSince !== undefined || (seen !== undefined && isIll(seen.outcome));
  return isOff ? [{ host, news: 'gone', outcome: unseenSince === undefined && seen ? seen.outcome : 'unreachable', since: at }] : [];
}

/** Whether a host that was looked at is not as the runbook wants it. */
function isIll(outcome: Outcome): boolean {
  return outcome !== 'healthy';
}
