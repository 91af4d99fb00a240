import { clip, columnsOf } from '../formats/columns.ts';
import { count } from '../formats/count.ts';
import type { Progress } from '../views/progress.ts';
import { eventLine } from './event-line.ts';
import { elapsed, failingRow, hostRow, LISTED, nameWidth, roughly, sign, underWayRow } from './live-rows.ts';
import { foldNames } from './names.ts';
import { outcomeWords, toneOf } from './outcome-words.ts';
import type { Page } from './page.ts';

/** How large a terminal is, in columns and rows. */
export interface Size {
  readonly columns: number;
  readonly rows: number;
}

/** What holds the run at the moment, as the person before the terminal should know it. */
export interface Hold {
  readonly pausedBy?: { readonly by: string; readonly since: number };
  /** The run ends: hosts under way come to their end. */
  readonly stopping: boolean;
}

/** One screen of a run, at a moment. */
export interface Shown {
  readonly progress: Progress;
  readonly hold: Hold;
  /** Wall time in ms. */
  readonly now: number;
  /** The last line: which keys there are. */
  readonly keys: readonly string[];
}

/** The widest that a line is worth reading at. */
const WIDEST = 160;

/**
 * A run on one screen: what happens, how far it is, how hosts ended, who fails and of what, who is slow. At most `rows - 1` lines, and
 * each of them narrower than the terminal; what is most important stays when there is room for little. Pure: the same is
 * always shown the same way.
 */
export function liveFrame(page: Page, shown: Shown, size: Size): readonly string[] {
  const rows = Math.max(1, size.rows - 1);
  const columns = lineWidth(size);
  const { progress, hold, now, keys } = shown;
  const head = [
    titleLine(page, shown, columns),
    ...holdLines(page, hold, now),
    ...gateLines(page, progress),
    barLine(page, progress, now, columns),
  ];
  const counted = countLines(page, progress, columns);
  const foot = keys.length === 0 ? [] : [page.style.quiet(keysLine(keys, columns))];
  const top = [...head, ...counted].slice(0, Math.max(1, rows - foot.length));
  const room = rows - top.length - foot.length;
  const body = room > 0 ? bodyLines(page, shown, room) : [];
  // An empty line before the keys is the first to go.
  const gap = foot.length > 0 && body.length < room ? [''] : [];
  return [...top, ...body, ...gap, ...foot].slice(0, rows).map((line) => clip(line, columns, page.symbols.ellipsis));
}

function keysLine(keys: readonly string[], columns: number): string {
  const [wide = '', ...closer] = ['   ', '  ', ' '].map((gap) => keys.join(gap));
  return [wide, ...closer].find((line) => columnsOf(line) <= columns) ?? closer.at(-1) ?? wide;
}

/** A line that fills the last column makes terminals differ in where the cursor is. */
export function lineWidth({ columns }: Size): number {
  return Math.max(1, Math.min(WIDEST, columns - 1));
}

function titleLine(page: Page, { progress, now }: Shown, columns: number): string {
  const { kind, runbook, wave, phase, hosts } = progress;
  const what = `${kind} ${page.say(runbook)}`;
  const where =
    wave && phase !== 'looking'
      ? `wave ${wave.wave} of ${wave.of}${wave.zone === undefined ? '' : ` in zone ${page.say(wave.zone)}`}`
      : `looking at ${hosts.length === 1 ? '1 host' : `${hosts.length} hosts`}`;
  const right = elapsed(now - progress.began);
  const room = columns - columnsOf(right) - 2;
  const left = `${page.style.strong(what)}  ${where}`;
  if (columnsOf(left) > room) return left;
  return left + ' '.repeat(columns - columnsOf(left) - columnsOf(right)) + page.style.quiet(right);
}

function holdLines(page: Page, { pausedBy, stopping }: Hold, now: number): readonly string[] {
  const { style, symbols } = page;
  const line = (words: string) => [style.warn(`${symbols.warn} ${words}`)];
  if (stopping) return line('stopping: hosts under way come to their end; Ctrl-C again leaves at once');
  if (!pausedBy) return [];
  return line(`paused by ${page.say(pausedBy.by)} for ${elapsed(now - pausedBy.since)}: hosts under way come to their end`);
}

/** What a gate waits for; what passes was told. */
function gateLines(page: Page, { gate, kind }: Progress): readonly string[] {
  const words = gate === undefined || gate.verdict === 'pass' ? undefined : eventLine(page, gate, kind);
  return words === undefined ? [] : [page.style.warn(`${page.symbols.warn} ${words}`)];
}

/** Narrower than this a bar says nothing that the numbers do not. */
const LEAST_BAR = 10;

function barLine(page: Page, progress: Progress, now: number, columns: number): string {
  const { all, ended } = progress;
  const left = progress.timeLeft(now);
  const number = `${ended} of ${all}`;
  const time = left === undefined ? '' : `about ${roughly(left)} left`;
  const long = time === '' ? number : `${number}, ${time}${progress.phase === 'waves' ? ' in this wave' : ''}`;
  const words = columnsOf(long) <= columns ? long : `${number}, ${time}`;
  const width = Math.min(60, columns - columnsOf(words) - 2);
  if (width < LEAST_BAR) return words;
  const full = all === 0 ? 0 : Math.min(width, Math.floor((ended / all) * width));
  const { symbols, style } = page;
  return `${symbols.full.repeat(full)}${style.quiet(symbols.rule.repeat(width - full))}  ${words}`;
}

/** `✓ 1221 fixed   ✗ 12 rolled back   32 verifying   3735 to go`, in as many lines as it takes. */
function countLines(page: Page, progress: Progress, columns: number): readonly string[] {
  const { style } = page;
  const outcomes = [...progress.counts].map(([outcome, number]) => {
    const words = `${number} ${outcomeWords(outcome, progress.kind)}`;
    const tone = toneOf(outcome, progress.kind);
    return `${sign(page, outcome, progress)} ${tone === 'good' ? words : style[tone](words)}`;
  });
  const stages = new Map<string, number>();
  for (const { stage } of progress.underWay.values()) stages.set(stage, (stages.get(stage) ?? 0) + 1);
  const going = [...stages].map(([stage, number]) => `${number} ${stage}`);
  const waiting = progress.all - progress.ended - progress.underWay.size;
  const failures = progress.allowed === undefined ? [] : [budgetWords(page, progress.failures, progress.allowed)];
  return flowing([...outcomes, ...going, ...(waiting > 0 ? [style.quiet(`${waiting} to go`)] : []), ...failures], columns);
}

function budgetWords({ style }: Page, failures: number, allowed: number): string {
  const words = `${count(failures, 'failure')}, ${allowed} allowed`;
  return failures * 2 > allowed ? style.warn(words) : style.quiet(words);
}

function flowing(pieces: readonly string[], columns: number): readonly string[] {
  const lines: string[] = [];
  for (const piece of pieces) {
    const last = lines.at(-1);
    if (last !== undefined && columnsOf(last) + 3 + columnsOf(piece) <= columns) lines[lines.length - 1] = `${last}   ${piece}`;
    else lines.push(piece);
  }
  return lines;
}

/** Rows of hosts: all of a small fleet, else who fails, and who is slow. */
function bodyLines(page: Page, shown: Shown, room: number): readonly string[] {
  const { progress, now } = shown;
  const hosts = progress.wave?.hosts ?? progress.hosts;
  if (hosts.length <= LISTED && hosts.length < room) {
    const width = nameWidth(page, hosts);
    return ['', ...hosts.map((host) => hostRow(page, progress, host, now, width))];
  }
  const failing = failingLines(page, progress, Math.ceil(room / 2));
  return [...failing, ...slowLines(page, shown, room - failing.length)];
}

/** The commonest reasons; if there is no room for all of them, how many more there are. */
function failingLines(page: Page, progress: Progress, room: number): readonly string[] {
  const groups = [...progress.failing.values()].sort((a, b) => b.hosts.length - a.hosts.length);
  if (groups.length === 0 || room < 2) return [];
  const most = room - 1;
  const chosen = groups.slice(0, groups.length > most && most > 1 ? most - 1 : most);
  const names = chosen.map(({ ending, hosts }) => (hosts.length === 1 ? ending.host : `${hosts.length} hosts`));
  const width = nameWidth(page, names);
  const rows = chosen.map((group) => failingRow(page, group, progress, width));
  const more = groups.length - chosen.length;
  return ['', ...rows, ...(more > 0 && most > 1 ? [page.style.quiet(`  ${more} rarer reasons: d shows them`)] : [])];
}

function slowLines(page: Page, { progress, now }: Shown, room: number): readonly string[] {
  if (room < 3) return [];
  const most = Math.min(room < ROOMY ? SLOWEST : 2 * SLOWEST, room - 2);
  const slowest = [...progress.underWay.values()].slice(0, most);
  const { wave, hosts } = progress;
  if (wave) {
    const width = nameWidth(
      page,
      slowest.map(({ host }) => host),
    );
    const blank = Array.from({ length: Math.min(most, wave.hosts.length) - slowest.length }, () => '');
    return ['', page.style.quiet('longest under way'), ...slowest.map((way) => underWayRow(page, way, now, width)), ...blank];
  }
  const silent = hosts.filter((host) => !progress.plans.has(host));
  return silent.length === 0 || silent.length > NAMED ? [] : ['', `${page.style.quiet('no answer yet:')} ${foldNames(page, silent)}`];
}

/** More of them are not looked at by anybody, unless there is much room. */
const SLOWEST = 8;
const ROOMY = 30;
/** As long as more hosts than this have not answered, most of them were not asked yet. */
const NAMED = 50;
