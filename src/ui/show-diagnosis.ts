import type { Finding } from '../domain/finding.ts';
import type { HostPlan } from '../domain/plan.ts';
import { count } from '../formats/count.ts';
import { commandLine, giveAgain } from '../views/command-line.ts';
import { type CauseGroup, groupByCause, type Sighting } from '../views/group-by-cause.ts';
import { isLookedAt } from '../views/looked-at.ts';
import { foldNames } from './names.ts';
import { hanging, headline, labelled, list, type Page } from './page.ts';
import { showDenied } from './show-denied.ts';
import { showEvidence } from './show-evidence.ts';
import { showNotTouched } from './show-not-touched.ts';

/** What a diagnosis is of, for its first and last line. */
export interface DiagnosisTitle {
  readonly runbook: string;
  /** The command that shows what would be changed. */
  readonly next: readonly string[];
  /** The command that writes down what sudoers would have to allow for reads that were denied. */
  readonly sudoers?: readonly string[];
  /** Names of sensitive inputs, which are to be given to it again. */
  readonly secrets?: readonly string[];
}

/**
 * The text of `diagnose`: hosts that the runbook can help, grouped by cause, the rarest first; then those it cannot,
 * and the healthy ones. Lines without newlines.
 */
export function showDiagnosis(
  page: Page,
  { runbook, next, secrets = [], sudoers }: DiagnosisTitle,
  plans: readonly HostPlan[],
): readonly string[] {
  const ill = plans.filter(({ outcome }) => outcome === 'would-fix');
  const known = plans.filter(isLookedAt).length;
  const title = `${page.say(runbook)}: ${known === plans.length ? '' : `${known} of `}${count(plans.length, 'host')} looked at`;
  const lines = [...hanging(page, 0, '', title, page.style.strong), ''];
  for (const group of groupByCause(ill)) lines.push(...causeLines(page, group), '');
  lines.push(...showDenied(page, plans, sudoers), ...showNotTouched(page, plans, 'diagnose'));
  if (lines.at(-1) === '') lines.pop();
  if (ill.length > 0) lines.push('', `Next: ${page.style.strong(page.say(commandLine(next)))}`);
  if (ill.length > 0 && secrets.length > 0) lines.push(...hanging(page, 2, '', page.say(giveAgain(secrets)), page.style.quiet));
  return lines;
}

function causeLines(page: Page, group: CauseGroup): readonly string[] {
  const [first, ...more] = group.causes;
  const says = first ? page.say(first.says) : 'affected, though no cause was found';
  return [
    ...headline(page, 'bad', count(group.hosts.length, 'host'), says),
    ...(first?.at === undefined ? [] : labelled(page, 'where', page.say(first.at))),
    ...list(
      page,
      'also',
      [...more, ...group.also].map((finding) => alsoText(page, finding)),
    ),
    ...showEvidence(page, group.evidence.host, group.evidence.lines),
    ...list(page, 'explains', sightingTexts(page, group, group.explains)),
    ...list(page, 'no fault', sightingTexts(page, group, group.benign), page.style.quiet),
    ...(group.hosts.length === 0 ? [] : labelled(page, 'hosts', foldNames(page, group.hosts))),
  ];
}

function alsoText(page: Page, { says, at }: Finding): string {
  return at === undefined ? page.say(says) : `${page.say(says)} (${page.say(at)})`;
}

/** Most kinds of harmless or explained lines shown; the others are counted. */
const MOST_SIGHTINGS = 4;

/** On how many hosts is said only where it is not all of them. */
function sightingTexts(page: Page, group: CauseGroup, sightings: readonly Sighting[]): readonly string[] {
  const shown = page.full ? sightings : sightings.slice(0, MOST_SIGHTINGS);
  const texts = shown.map(({ says, hosts }) => page.say(says) + (hosts === group.hosts.length ? '' : ` (${count(hosts, 'host')})`));
  const rest = sightings.length - shown.length;
  return rest > 0 ? [...texts, `and ${rest} more`] : texts;
}
