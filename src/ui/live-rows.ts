import { showDuration } from '../domain/duration.ts';
import type { Outcome } from '../domain/plan.ts';
import type { Unmet } from '../domain/step.ts';
import { columnsOf, padColumns } from '../formats/columns.ts';
import type { FailingGroup, Progress, UnderWay } from '../views/progress.ts';
import { foldNames } from './names.ts';
import { outcomeWords, toneOf } from './outcome-words.ts';
import type { Page } from './page.ts';

/** A time that passes, in whole seconds, so that it does not flicker. */
export function elapsed(ms: number): string {
  return ms < 1_000 ? '0 s' : showDuration(Math.floor(ms / 1_000) * 1_000);
}

/** A time that is only estimated, so that it does not count down what nobody knows. */
export function roughly(ms: number): string {
  const seconds = ms / 1_000;
  const step = seconds > 600 ? 60 : seconds > 60 ? 10 : 5;
  return elapsed(Math.max(1, Math.round(seconds / step)) * step * 1_000);
}

/** A time that passes, in a column: `0:05`, `12:03`, `1:02:03`. */
function clock(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1_000));
  const [h, m, s] = [Math.floor(seconds / 3_600), Math.floor(seconds / 60) % 60, String(seconds % 60).padStart(2, '0')];
  return h > 0 ? `${h}:${String(m).padStart(2, '0')}:${s}` : `${m}:${s}`;
}

/** Up to so many hosts have a row each, where the terminal is high enough; of more, the slowest are shown. */
export const LISTED = 24;

/** A column of names wider than this leaves no room for what is said of them. */
const WIDEST_NAME = 24;
const STAGE = 'taking back'.length;
const AGE = '1:59:59'.length;

/** How wide the column of these names is. */
export function nameWidth(page: Page, hosts: Iterable<string>): number {
  let width = 0;
  for (const host of hosts) width = Math.max(width, columnsOf(page.say(host)));
  return Math.min(WIDEST_NAME, width);
}

/** `  node-17  verifying       1:20  17 s to go: kubelet.service has been up for only 3 s` */
export function underWayRow(page: Page, { host, stage, began, unmet }: UnderWay, now: number, width: number): string {
  const age = clock(now - began).padStart(AGE);
  const words = stage === 'verifying' ? unmetWords(page, unmet) : '';
  return `  ${padColumns(page.say(host), width)}  ${stage.padEnd(STAGE)}  ${page.style.quiet(age)}${words === '' ? '' : `  ${words}`}`;
}

/** How long it takes comes first: a row is cut at the screen's edge. */
function unmetWords(page: Page, unmet: readonly Unmet[]): string {
  if (unmet.length === 0) return '';
  const longest = Math.max(0, ...unmet.map(({ pendingMs = 0 }) => pendingMs));
  const time = unmet.every(({ pendingMs }) => pendingMs !== undefined) ? `${showDuration(longest)} to go: ` : '';
  return time + unmet.map(({ what }) => page.say(what)).join('; ');
}

/** A host of a small fleet, whether it waits, is under way or has ended. */
export function hostRow(page: Page, progress: Progress, host: string, now: number, width: number): string {
  const { style, symbols } = page;
  const way = progress.underWay.get(host);
  if (way) return `${style.strong(symbols.point)}${underWayRow(page, way, now, width).slice(1)}`;
  const ending = progress.wave === undefined ? progress.plans.get(host) : progress.endings.get(host);
  const name = padColumns(page.say(host), width);
  if (!ending) return style.quiet(`${symbols.dash} ${name}  waiting`);
  const why = ending.reason === undefined ? '' : `: ${page.say(ending.reason.message)}`;
  return `${sign(page, ending.outcome, progress)} ${name}  ${outcomeWords(ending.outcome, progress.kind)}${why}`;
}

/** `✗ 12 hosts  rolled back: kubelet.service has been up for only 3 s (node-1, node-7, node-9 and 9 more)` */
export function failingRow(page: Page, { ending, hosts }: FailingGroup, progress: Progress, width: number): string {
  const why = ending.reason === undefined ? '' : `: ${page.say(ending.reason.message)}`;
  const names = hosts.length === 1 ? '' : ` (${foldNames(page, hosts)})`;
  const who = hosts.length === 1 ? page.say(ending.host) : `${hosts.length} hosts`;
  return `${sign(page, ending.outcome, progress)} ${padColumns(who, width)}  ${outcomeWords(ending.outcome, progress.kind)}${why}${names}`;
}

/** The sign of an outcome, in its colour. */
export function sign({ style, symbols }: Page, outcome: Outcome, { kind }: Pick<Progress, 'kind'>): string {
  const tone = toneOf(outcome, kind);
  return style[tone](symbols[tone]);
}
