import type { HostPlan } from '../domain/plan.ts';
import type { Asked } from './inventory-digests.ts';

/**
 * What was asked of nobody because the inventory does not have whom `on` names: one line a pattern, with the steps. A runbook may
 * be for fleets without such a group; where the name is misspelt, nothing else would say so.
 */
export function askedOfNobody(plans: readonly HostPlan[], asked: Asked): readonly string[] {
  return [...asked.values()].flatMap((host) => {
    if (host.ok || host.failure.code !== 'not-found') return [];
    const { message } = host.failure;
    const skipped = plans.flatMap(({ steps }) => steps.filter(({ status }) => status.kind === 'skipped' && status.why.endsWith(message)));
    const ids = [...new Set(skipped.map(({ id }) => id))];
    return ids.length === 0 ? [] : [`${ids.join(', ')} ${ids.length === 1 ? 'was' : 'were'} asked of nobody: ${message}`];
  });
}
