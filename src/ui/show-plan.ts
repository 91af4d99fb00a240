import type { RunKind } from '../domain/event.ts';
import type { HostPlan, StepPlan } from '../domain/plan.ts';
import { count } from '../formats/count.ts';
import { commandLine, giveAgain } from '../views/command-line.ts';
import { type DiffGroup, groupByDiff } from '../views/group-by-diff.ts';
import { isLookedAt } from '../views/looked-at.ts';
import { foldNames } from './names.ts';
import { hanging, headline, labelled, type Page } from './page.ts';
import { showChange } from './show-change.ts';
import { showDenied } from './show-denied.ts';
import { showNotTouched } from './show-not-touched.ts';

/** What a plan is of, for its first and last line. */
export interface PlanTitle {
  readonly runbook: string;
  /** `rollback` for a plan of what is taken back; `plan` unless said. */
  readonly kind?: RunKind;
  /** The command that would carry it out; none while it is about to be asked for. */
  readonly next?: readonly string[];
  /** The command that writes down what sudoers would have to allow for reads that were denied. */
  readonly sudoers?: readonly string[];
  /** Names of sensitive inputs, which are to be given to it again. */
  readonly secrets?: readonly string[];
}

/** Groups shown with their whole diff; the odd ones come first, and the others are named with what they say. */
const MOST_GROUPS = 12;

/**
 * The text of `plan`: exactly what would be done, once for all hosts that share it, the odd ones first; then the hosts
 * that nothing is done to. Lines without newlines.
 */
export function showPlan(
  page: Page,
  { runbook, kind = 'plan', next, secrets = [], sudoers }: PlanTitle,
  plans: readonly HostPlan[],
): readonly string[] {
  const affected = plans.filter(({ outcome }) => outcome === 'would-fix');
  const groups = groupByDiff(affected);
  const title = titleOf(page, runbook, plans, affected.length, groups.length);
  const lines = [...hanging(page, 0, '', title, page.style.strong), ''];
  const shown = page.full ? groups : groups.slice(0, MOST_GROUPS);
  for (const group of shown) lines.push(...groupLines(page, group), '');
  if (groups.length > shown.length) lines.push(...foldedLines(page, groups.slice(shown.length)), '');
  lines.push(...degradedLines(page, affected), ...showDenied(page, plans, sudoers), ...showNotTouched(page, plans, kind));
  if (next && affected.length > 0) {
    if (lines.at(-1) !== '') lines.push('');
    lines.push(...nextLines(page, page.say(commandLine(next))), ...secretsLines(page, secrets));
  }
  return lines.at(-1) === '' ? lines.slice(0, -1) : lines;
}

/** A command is never broken, so that it can be copied; a long one stands on a line of its own. */
function nextLines(page: Page, command: string): readonly string[] {
  const lead = 'Nothing was changed. To make these changes:';
  const shown = page.style.strong(command);
  return lead.length + 1 + command.length <= page.width ? [`${lead} ${shown}`] : [lead, `  ${shown}`];
}

/** What the command lacks stands below it: it is no part of what is copied. */
function secretsLines(page: Page, secrets: readonly string[]): readonly string[] {
  return secrets.length === 0 ? [] : hanging(page, 2, '', page.say(giveAgain(secrets)), page.style.quiet);
}

function titleOf(page: Page, runbook: string, plans: readonly HostPlan[], affected: number, ways: number): string {
  const name = page.say(runbook);
  const hosts = plans.length;
  const known = plans.filter(isLookedAt).length;
  if (affected === 0 && known === hosts) return `${name}: nothing to change on ${count(hosts, 'host')}`;
  if (affected === 0 && known === 0) return `${name}: ${count(hosts, 'host')} could not be judged`;
  if (affected === 0) return `${name}: nothing to change on ${known} of ${count(hosts, 'host')}; ${hosts - known} could not be judged`;
  const shared = ways === 1 ? (affected === 1 ? '' : ', all in the same way') : `, in ${ways} different ways`;
  return `${name}: ${affected} of ${count(hosts, 'host')} would be changed${shared}`;
}

function groupLines(page: Page, { changes, hosts, leftOut }: DiffGroup): readonly string[] {
  return [
    ...headline(page, 'warn', count(hosts.length, 'host'), foldNames(page, hosts)),
    ...changes.flatMap((change) => showChange(page, change)),
    ...leftOut.flatMap((step) => leftOutLines(page, step)),
  ];
}

function leftOutLines(page: Page, { id, status }: StepPlan): readonly string[] {
  if (status.kind === 'read' || status.kind === 'planned') return [];
  const why = status.kind === 'failed' ? status.failure.message : status.why;
  return labelled(page, status.kind, `${page.say(id)}: ${page.say(why)}`, page.style.quiet);
}

const UNDO_BY: Readonly<Record<string, string>> = {
  at: 'no systemd: at(1) takes an unconfirmed change back, to the minute',
  process: 'no systemd: a process takes an unconfirmed change back, and a reboot ends it',
};

/** Hosts on which the undo that is armed before the change is worth less than with systemd. */
function degradedLines(page: Page, affected: readonly HostPlan[]): readonly string[] {
  const hosts = Map.groupBy(affected, ({ facts }) => UNDO_BY[String(facts['undo_by'])]);
  hosts.delete(undefined);
  return [...hosts].flatMap(([why, plans]) => [
    ...headline(
      page,
      'warn',
      count(plans.length, 'host'),
      `degraded: ${foldNames(
        page,
        plans.map(({ host }) => host),
      )}`,
    ),
    ...labelled(page, '', why ?? ''),
    '',
  ]);
}

/** Many different diffs are mostly one change amid lines that differ: what it says is then enough. */
function foldedLines(page: Page, groups: readonly DiffGroup[]): readonly string[] {
  const alike = Map.groupBy(groups, ({ changes }) => JSON.stringify(changes.map((change) => (change.sensitive ? [] : change.says))));
  return [...alike.values()].flatMap((same) => {
    const hosts = same.flatMap((group) => group.hosts);
    const says = same[0]?.changes.flatMap((change) => (change.sensitive ? [] : change.says)) ?? [];
    const lead = `${foldNames(page, hosts)}: ${count(same.length, 'more diff')}, not shown here; -v shows all`;
    return [...headline(page, 'warn', count(hosts.length, 'host'), lead), ...says.flatMap((line) => labelled(page, '', page.say(line)))];
  });
}
