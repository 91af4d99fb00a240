import type { Finding } from '../domain/finding.ts';
import type { HostPlan } from '../domain/plan.ts';

/** A sentence and on how many hosts of the group it was found. */
export interface Sighting {
  readonly says: string;
  readonly hosts: number;
}

/** Hosts that are ill of the same thing. */
export interface CauseGroup {
  /** The same on every host; empty when the hosts show no cause. */
  readonly causes: readonly Finding[];
  /** Other causes seen on some of the hosts, such as what a log says of the same thing. */
  readonly also: readonly Finding[];
  /** In the order of the plans given. */
  readonly hosts: readonly string[];
  /** Lines of one host that show the causes. */
  readonly evidence: { readonly host: string; readonly lines: readonly string[] };
  /** Symptoms seen on those hosts, which the causes explain. */
  readonly explains: readonly Sighting[];
  readonly benign: readonly Sighting[];
}

/**
 * Groups hosts by identical causes (what is said, and where), the rarest first; of equally rare ones that with more causes.
 * A cause with a place in a file stands for its host: what a log says of it besides differs with how long the log reaches
 * back, and must not tear a group apart.
 */
export function groupByCause(plans: readonly HostPlan[]): readonly CauseGroup[] {
  const groups = Map.groupBy(plans, (plan) => JSON.stringify(decisive(plan).map(keyOf).sort()));
  return [...groups.values()].map(groupOf).sort((a, b) => a.hosts.length - b.hosts.length || b.causes.length - a.causes.length);
}

function groupOf(plans: readonly HostPlan[]): CauseGroup {
  const [first] = plans;
  const causes = first ? distinct(decisive(first)) : [];
  const keys = new Set(causes.map(keyOf));
  const also = distinct(plans.flatMap((plan) => findings(plan, 'cause'))).filter((finding) => !keys.has(keyOf(finding)));
  return {
    causes,
    also,
    hosts: plans.map((plan) => plan.host),
    evidence: evidenceOf(plans),
    explains: sightings(plans, 'symptom'),
    benign: sightings(plans, 'benign'),
  };
}

function decisive(plan: HostPlan): readonly Finding[] {
  const causes = findings(plan, 'cause');
  const placed = causes.filter((finding) => finding.at?.startsWith('/'));
  return placed.length > 0 ? placed : causes;
}

function findings(plan: HostPlan, kind: Finding['kind']): readonly Finding[] {
  return plan.findings.filter((finding) => finding.kind === kind);
}

function keyOf({ says, at }: Finding): string {
  return JSON.stringify([says, at ?? '']);
}

function distinct(all: readonly Finding[]): readonly Finding[] {
  return [...new Map(all.map((finding) => [keyOf(finding), finding] as const).reverse()).values()].reverse();
}

function evidenceOf(plans: readonly HostPlan[]): CauseGroup['evidence'] {
  for (const plan of plans) {
    const lines = [...new Set(findings(plan, 'cause').flatMap((finding) => finding.evidence))];
    if (lines.length > 0) return { host: plan.host, lines };
  }
  return { host: plans[0]?.host ?? '', lines: [] };
}

function sightings(plans: readonly HostPlan[], kind: Finding['kind']): readonly Sighting[] {
  const hosts = new Map<string, Set<string>>();
  for (const plan of plans) {
    for (const { says } of findings(plan, kind)) hosts.set(says, (hosts.get(says) ?? new Set()).add(plan.host));
  }
  return [...hosts].map(([says, seenOn]) => ({ says, hosts: seenOn.size }));
}
