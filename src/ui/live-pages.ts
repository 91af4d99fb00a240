import type { HostPlan, StepPlan } from '../domain/plan.ts';
import { clip, padColumns } from '../formats/columns.ts';
import type { Progress } from '../views/progress.ts';
import { waitingWords } from './event-line.ts';
import { lineWidth, type Size } from './live-frame.ts';
import { elapsed, nameWidth, sign } from './live-rows.ts';
import { outcomeWords } from './outcome-words.ts';
import { hanging, labelled, list, type Page } from './page.ts';
import { showChange } from './show-change.ts';
import { failureDetails } from './show-failure.ts';

/** All hosts: those in trouble first, the latest reason on top; then those under way, the longest first; then the others. */
export function ranked(progress: Progress): readonly string[] {
  const failing = [...progress.failing.values()].reverse().flatMap(({ hosts }) => hosts);
  return [...new Set([...failing, ...progress.underWay.keys(), ...(progress.wave?.hosts ?? []), ...progress.hosts])];
}

/** A page of lines that may be longer than the terminal is high: a title, as many lines as there is room for, and the keys. */
export function scrolled(page: Page, title: string, lines: readonly string[], from: number, keys: string, size: Size): readonly string[] {
  const room = scrollRoom(size);
  const last = Math.min(lines.length, from + room);
  const place = lines.length > room ? page.style.quiet(`  lines ${from + 1} to ${last} of ${lines.length}`) : '';
  return fitted(page, [page.style.strong(title) + place, ...lines.slice(from, last), page.style.quiet(keys)], size);
}

/** How many lines of such a page are shown at once. */
export function scrollRoom({ rows }: Size): number {
  return Math.max(1, rows - 1 - 2);
}

/** So many hosts are listed above what is known of one. */
const LISTED_ABOVE = 5;

/** How many lines of the details of a host are shown at once. */
export function detailRoom(size: Size): number {
  return Math.max(1, scrollRoom(size) - listedAbove(size) - 1);
}

function listedAbove({ rows }: Size): number {
  return rows >= 20 ? LISTED_ABOVE : rows >= 10 ? 3 : 1;
}

/** Hosts around the chosen one, and below them what is known of it. */
export function hostsPage(
  page: Page,
  progress: Progress,
  { host, from }: { readonly host: string | undefined; readonly from: number },
  now: number,
  size: Size,
): readonly string[] {
  const hosts = ranked(progress);
  const chosen = host ?? hosts[0];
  if (chosen === undefined) return fitted(page, ['No host is known yet.'], size);
  const at = Math.max(0, hosts.indexOf(chosen));
  const shown = listedAbove(size);
  const first = Math.max(0, Math.min(at - Math.floor(shown / 2), hosts.length - shown));
  const near = hosts.slice(first, first + shown);
  const width = nameWidth(page, near);
  const details = hostDetails(page, progress, chosen, size).slice(from, from + detailRoom(size));
  const rows = near.map((each) => {
    const row = `${padColumns(page.say(each), width)}  ${standing(page, progress, each, now)}`;
    return each === chosen ? `${page.symbols.point} ${page.style.strong(row)}` : `  ${row}`;
  });
  const title = `${page.style.strong('Hosts')}${page.style.quiet(`  ${at + 1} of ${hosts.length}, those in trouble first`)}`;
  const keys = page.style.quiet('up down: host   left right: scroll   q back');
  return fitted(page, [title, ...rows, '', ...details, keys], size);
}

function standing(page: Page, progress: Progress, host: string, now: number): string {
  const way = progress.underWay.get(host);
  if (way) return `${way.stage} for ${elapsed(now - way.since)}`;
  const ending = progress.endings.get(host) ?? progress.plans.get(host);
  return ending ? `${sign(page, ending.outcome, progress)} ${outcomeWords(ending.outcome, progress.kind)}` : 'waiting';
}

/** What is known of a host: why it ended as it did, what verify waits for, what was found, its steps and its changes. */
export function hostDetails(whole: Page, progress: Progress, host: string, size: Size): readonly string[] {
  const page = within(whole, size);
  const plan = progress.plans.get(host);
  const reason = progress.endings.get(host)?.reason ?? plan?.reason;
  const unmet = progress.underWay.get(host)?.unmet ?? progress.lastUnmet(host);
  return [
    ...(reason ? [...labelled(page, 'why', page.say(reason.message), page.style.bad), ...failureDetails(page, reason)] : []),
    ...(unmet.length > 0 ? labelled(page, 'waits for', waitingWords(page, unmet)) : []),
    ...(plan ? plannedDetails(page, plan) : []),
    ...(reason || plan || unmet.length > 0 ? [] : hanging(page, 4, '', 'nothing is known of it yet')),
  ];
}

function plannedDetails(page: Page, { findings, steps, changes }: HostPlan): readonly string[] {
  const found = findings.map(({ kind, says, at }) => `${kind}: ${page.say(says)}${at === undefined ? '' : ` (${page.say(at)})`}`);
  return [
    ...list(page, 'found', found),
    ...list(
      page,
      'steps',
      steps.map((step) => stepWords(page, step)),
    ),
    ...(changes.length > 0 ? ['', ...changes.flatMap((change) => showChange(page, change))] : []),
  ];
}

function stepWords(page: Page, { id, uses, status }: StepPlan): string {
  const name = `${page.say(id)} (${uses})`;
  switch (status.kind) {
    case 'read':
      return `${name}: read`;
    case 'planned':
      return `${name}: ${status.changes.length === 0 ? 'nothing to change' : 'changes'}`;
    case 'failed':
      return `${name}: ${page.say(status.failure.message)}`;
    case 'skipped':
    case 'deferred':
      return `${name}: ${status.kind}, ${page.say(status.why)}`;
  }
}

const KEY = 'Ctrl-C'.length;

/** What each key does. */
export function helpPage(whole: Page, pausable: boolean, size: Size): readonly string[] {
  const page = within(whole, size);
  const rows: readonly (readonly [string, string])[] = [
    ...(pausable ? [['p', 'pause: begin no further host; again: continue'] as const] : []),
    ['h', 'halt: begin nothing more, and end the run once hosts under way have; asks once more'],
    ['d', 'details of a host: those in trouble first, then the slowest'],
    ['f', 'the diff: what is changed, once for all hosts that share it'],
    ['Ctrl-C', 'halt at once; a second time leaves, and hosts that are not confirmed take themselves back'],
    ['Ctrl-Z', 'suspend: hosts under way are not confirmed while the process stands still, and take themselves back in time'],
    ['q, Esc', 'back'],
  ];
  const lines = rows.flatMap(([key, does]) => hanging(page, 0, `  ${key.padEnd(KEY)}  `, does));
  return fitted(page, [page.style.strong('Keys'), ...lines, '', page.style.quiet('q back')], size);
}

/** A page whose lines break where those of a frame end. On a very narrow terminal they are cut. */
export function within(page: Page, size: Size): Page {
  return { ...page, width: Math.min(page.width, Math.max(NARROWEST, lineWidth(size))) };
}

const NARROWEST = 30;

/** Lines that fit a terminal; the last one stays in any case. */
function fitted(page: Page, lines: readonly string[], size: Size): readonly string[] {
  const rows = Math.max(1, size.rows - 1);
  const kept = lines.length <= rows ? lines : [...lines.slice(0, rows - 1), lines.at(-1) ?? ''];
  return kept.map((line) => clip(line, lineWidth(size), page.symbols.ellipsis));
}
