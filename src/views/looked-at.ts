import type { HostPlan } from '../domain/plan.ts';

/** Whether a host was asked what the runbook asks. Of one that failed before it told who it is, nothing is known. */
export function isLookedAt({ outcome, facts }: HostPlan): boolean {
  if (outcome === 'failed') return Object.keys(facts).length > 0;
  return outcome !== 'unreachable' && outcome !== 'unknown' && outcome !== 'skipped';
}
