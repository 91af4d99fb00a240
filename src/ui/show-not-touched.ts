import type { RunKind } from '../domain/event.ts';
import type { HostPlan, Outcome } from '../domain/plan.ts';
import { count } from '../formats/count.ts';
import { groupByReason } from '../views/group-by-reason.ts';
import { foldNames } from './names.ts';
import { outcomeWords, toneOf } from './outcome-words.ts';
import { headline, labelled, list, type Page } from './page.ts';
import { showEvidence } from './show-evidence.ts';
import { failureDetails } from './show-failure.ts';

/** Worst first; `would-fix` is shown by its causes or its changes elsewhere. */
const SHOWN: readonly Outcome[] = [
  'other-cause',
  'failed',
  'conflict',
  'stale',
  'unknown',
  'unreachable',
  'rolled-back',
  'skipped',
  'fixed',
];

/** The hosts that nothing will be done to, with why: ill of something else, not readable, not reached, and at last the healthy ones. */
export function showNotTouched(page: Page, plans: readonly HostPlan[], kind: RunKind): readonly string[] {
  const lines: string[] = [];
  for (const outcome of SHOWN) {
    const hosts = plans.filter((plan) => plan.outcome === outcome);
    const groups = outcome === 'other-cause' ? otherCauses(page, hosts) : reasons(page, hosts, kind);
    for (const group of groups) lines.push(...group, '');
  }
  const healthy = plans.filter(({ outcome }) => outcome === 'healthy').map(({ host }) => host);
  if (healthy.length > 0)
    lines.push(...headline(page, 'good', count(healthy.length, 'host'), `${outcomeWords('healthy', kind)}: ${foldNames(page, healthy)}`));
  return lines.at(-1) === '' ? lines.slice(0, -1) : lines;
}

/** Hosts on which the runbook's own cause was not found, but which are not well: grouped by what was seen. */
function otherCauses(page: Page, plans: readonly HostPlan[]): readonly (readonly string[])[] {
  const causes = (plan: HostPlan) => plan.findings.filter(({ kind }) => kind === 'cause');
  const groups = Map.groupBy(plans, (plan) =>
    JSON.stringify([causes(plan).map(({ says, at }) => [says, at ?? '']), plan.unmet.map(({ what }) => what)]),
  );
  return [...groups.values()]
    .sort((a, b) => a.length - b.length)
    .flatMap((same) => {
      const [first] = same;
      if (!first) return [];
      const found = causes(first);
      const symptoms = first.findings.filter(({ kind }) => kind === 'symptom');
      const evidence = [...new Set(found.flatMap((finding) => finding.evidence))];
      return [
        [
          ...headline(page, 'warn', count(same.length, 'host'), 'ill of another cause; not touched'),
          ...list(
            page,
            'cause',
            found.map(({ says, at }) => page.say(says) + (at === undefined ? '' : ` (${page.say(at)})`)),
          ),
          ...showEvidence(page, first.host, evidence),
          ...list(page, 'seen', [...new Set([...first.unmet.map(({ what }) => what), ...symptoms.map(({ says }) => says)])].map(page.say)),
          ...labelled(
            page,
            'hosts',
            foldNames(
              page,
              same.map(({ host }) => host),
            ),
          ),
        ],
      ];
    });
}

function reasons(page: Page, plans: readonly HostPlan[], kind: RunKind): readonly (readonly string[])[] {
  return groupByReason(plans).map(({ outcome, reason, hosts }) => [
    ...headline(
      page,
      toneOf(outcome, kind),
      count(hosts.length, 'host'),
      outcomeWords(outcome, kind) + (reason ? `: ${page.say(reason.message)}` : ''),
    ),
    ...(reason ? failureDetails(page, reason) : []),
    ...labelled(page, 'hosts', foldNames(page, hosts)),
  ]);
}
