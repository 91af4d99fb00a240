import type { DeniedRead } from '../domain/denied.ts';
import { readWords } from '../domain/denied.ts';
import type { HostPlan } from '../domain/plan.ts';

/** A read that was denied, and by which step it is wanted. */
export interface DeniedOfStep extends DeniedRead {
  readonly step: string;
}

/** Hosts on which the same reads were denied to the same steps. */
export interface DeniedGroup {
  /** Each read once a step, in the order of the steps; `why` is what the first host said. */
  readonly denied: readonly DeniedOfStep[];
  /** In the order of the plans given. */
  readonly hosts: readonly string[];
}

/** Groups hosts by what was denied, the rarest first; those that let everything be read are in none. */
export function groupByDenied(plans: readonly HostPlan[]): readonly DeniedGroup[] {
  const all = plans.map(({ host, steps }) => ({ host, denied: deniedOf(steps) })).filter(({ denied }) => denied.length > 0);
  const groups = Map.groupBy(all, ({ denied }) => JSON.stringify(denied.map(keyOf)));
  return [...groups.values()]
    .map((same) => ({ denied: same[0]?.denied ?? [], hosts: same.map(({ host }) => host) }))
    .sort((a, b) => a.hosts.length - b.hosts.length);
}

function deniedOf(steps: HostPlan['steps']): readonly DeniedOfStep[] {
  const all = steps.flatMap(({ id, denied = [] }) => denied.map((one) => ({ ...one, step: id })));
  return [...new Map(all.map((one) => [keyOf(one), one] as const).reverse()).values()].reverse();
}

function keyOf({ step, read, instead }: DeniedOfStep): string {
  return JSON.stringify([step, read.kind, readWords(read), instead ?? '']);
}
