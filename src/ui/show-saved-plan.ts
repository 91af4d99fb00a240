import { showDuration } from '../domain/duration.ts';
import type { NamedPlan, SavedPlan } from '../domain/saved-plan.ts';
import { foldNames } from './names.ts';
import { outcomeWords } from './outcome-words.ts';
import { hanging, labelled, type Page } from './page.ts';

/** Who stands for a saved plan. */
export interface Vouched {
  readonly signedBy?: string;
  /** Who signed the runbook in it. */
  readonly runbookSignedBy?: string;
  readonly approvedBy: readonly string[];
  /** Sentences about signatures that do not count. */
  readonly remarks: readonly string[];
}

/**
 * What a plan file is, above the plan itself: its hash, who made it, when, how long it may still be carried out, and who
 * stands for it. `now` in ms since the epoch.
 */
export function showSavedPlan(page: Page, file: string, { sha256, plan }: NamedPlan, vouched: Vouched, now: number): readonly string[] {
  const { say } = page;
  const ago = showDuration(Math.max(0, now - Date.parse(plan.created)));
  const left = Date.parse(plan.expires) - now;
  const expiry = left > 0 ? `in ${showDuration(left)}` : `${showDuration(-left)} ago`;
  return [
    ...hanging(page, 0, '', `Saved plan ${say(file)}`, page.style.strong),
    ...labelled(page, 'sha256', sha256),
    ...labelled(page, 'made by', say(`${plan.operator} on ${plan.controller}, ${clock(plan.created)}, ${ago} ago (run ${plan.run})`)),
    ...labelled(page, left > 0 ? 'expires' : 'expired', `${clock(plan.expires)}, ${expiry}`, left > 0 ? undefined : page.style.bad),
    ...targetLines(page, plan),
    ...(vouched.runbookSignedBy === undefined ? [] : labelled(page, 'runbook by', say(vouched.runbookSignedBy))),
    ...(vouched.signedBy === undefined ? [] : labelled(page, 'signed by', say(vouched.signedBy))),
    ...(vouched.approvedBy.length === 0 ? [] : labelled(page, 'approved', say(vouched.approvedBy.join(', ')))),
    ...vouched.remarks.flatMap((remark) => labelled(page, 'note', say(remark), page.style.warn)),
    ...othersLines(page, plan),
    '',
  ];
}

function targetLines(page: Page, { typed: { hosts, limit }, inputs }: SavedPlan): readonly string[] {
  const words = [...(hosts === undefined ? [] : [`--hosts ${hosts}`]), ...(limit === undefined ? [] : [`-l ${limit}`])];
  const values = Object.entries(inputs).map(([name, value]) => `${name}=${JSON.stringify(value)}`);
  return [
    ...(words.length === 0 ? [] : labelled(page, 'target', page.say(words.join(' ')))),
    ...(values.length === 0 ? [] : labelled(page, 'inputs', page.say(values.join(', ')))),
  ];
}

/** Hosts that the plan does nothing to, as they were when it was made. */
function othersLines(page: Page, { others }: SavedPlan): readonly string[] {
  const groups = [...Map.groupBy(others, ({ outcome }) => outcome)];
  const told = groups.map(
    ([outcome, same]) =>
      `${outcomeWords(outcome, 'plan')}: ${foldNames(
        page,
        same.map(({ host }) => host),
      )}`,
  );
  return told.flatMap((line, index) => labelled(page, index === 0 ? 'left alone' : '', line));
}

/** `2026-11-22 08:04:10 UTC`. */
function clock(iso: string): string {
  return `${iso.slice(0, 10)} ${iso.slice(11, 19)} UTC`;
}
