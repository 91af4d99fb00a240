import type { Failure } from '../domain/failure.ts';
import type { Outcome } from '../domain/plan.ts';
import type { HostEnding } from './run-record.ts';

/** Hosts that ended alike, for the same reason. */
export interface ReasonGroup {
  readonly outcome: Outcome;
  /** As the first of the hosts gave it; absent when the outcome says it all. */
  readonly reason?: Failure;
  readonly hosts: readonly string[];
}

/** Groups hosts by outcome and reason, the rarest first. A host's own name in its reason does not tell it from others. */
export function groupByReason(endings: readonly HostEnding[]): readonly ReasonGroup[] {
  const groups = Map.groupBy(endings, reasonKey);
  return [...groups.values()]
    .flatMap((same): readonly ReasonGroup[] => {
      const [first] = same;
      if (!first) return [];
      return [{ outcome: first.outcome, ...(first.reason ? { reason: first.reason } : {}), hosts: same.map(({ host }) => host) }];
    })
    .sort((a, b) => a.hosts.length - b.hosts.length);
}

/** The same for endings that are the same but for the host. */
export function reasonKey({ host, outcome, reason }: HostEnding): string {
  return JSON.stringify([outcome, reason?.code, reason?.message.replaceAll(host, '\0'), reason?.at, reason?.hint?.replaceAll(host, '\0')]);
}
