import { type Bound, type ChangeWindows, type Freeze, type MaintenanceWindow, WEEKDAYS } from '../domain/change-window.ts';
import { readList, readString } from './read-values.ts';
import { readWords, type Words } from './read-words.ts';
import type { Report } from './report.ts';
import { describeTree, type Tree } from './yaml-tree.ts';

/** Reads `maintenance` and `freeze` of a policy; what is not understood is reported. */
export function readWindows(words: Words, report: Report): ChangeWindows {
  const each = <T>(word: string, read: (tree: Tree) => T | undefined): readonly T[] => {
    const tree = words.value(word);
    const items = readList(tree, word, report) ?? [];
    // An empty list would open all hours, or none: whoever means that leaves the word out.
    if (tree?.kind === 'list' && items.length === 0) report.error('bad-value', tree.range, `${word} has no windows`, 'leave it out');
    return items.flatMap((item) => read(item) ?? []);
  };
  return {
    maintenance: each('maintenance', (tree) => readMaintenance(tree, report)),
    freeze: each('freeze', (tree) => readFreeze(tree, report)),
  };
}

function readMaintenance(tree: Tree, report: Report): MaintenanceWindow | undefined {
  const words = readWords(tree, ['days', 'from', 'to', 'timezone'], 'a maintenance window', report);
  if (!words) return undefined;
  const days = readDays(words.value('days'), report);
  const from = readClock(words, 'from', report);
  const to = readClock(words, 'to', report);
  return days && from !== undefined && to !== undefined ? { days, from, to, ...timezoneOf(words, report) } : undefined;
}

function readFreeze(tree: Tree, report: Report): Freeze | undefined {
  const words = readWords(tree, ['from', 'to', 'timezone', 'reason'], 'a freeze', report);
  if (!words) return undefined;
  const from = readBound(words, 'from', report);
  const to = readBound(words, 'to', report);
  const reason = readString(words.value('reason'), 'reason', report);
  const timezone = timezoneOf(words, report);
  if (!from || !to) return undefined;
  const ends = 'day' in from === 'day' in to ? String(Object.values(from)) <= String(Object.values(to)) : true;
  if (!ends) report.error('bad-value', words.key('to'), 'a freeze ends before it begins');
  return { from, to, ...timezone, ...(reason === undefined ? {} : { reason }) };
}

/** `[Mon, Tue]`, or `Mon-Thu`; absent: every day. */
function readDays(tree: Tree | undefined, report: Report): readonly number[] | undefined {
  if (tree === undefined) return WEEKDAYS.map((_, day) => day);
  const items = tree.kind === 'list' ? tree.items : [tree];
  const days = items.flatMap((item) => {
    const text = item.kind === 'scalar' && typeof item.value === 'string' ? item.value : describeTree(item);
    const found = daysOf(text);
    if (found.length === 0) report.error('bad-value', item.range, `${text} is no day of the week`, 'such as [Mon, Wed] or Mon-Fri');
    return found;
  });
  if (tree.kind === 'list' && items.length === 0) report.error('bad-value', tree.range, 'days has no day');
  return [...new Set(days)];
}

function daysOf(text: string): readonly number[] {
  const [first = '', last = first, ...more] = text.split('-');
  const names: readonly string[] = WEEKDAYS;
  const [from, to] = [names.indexOf(first), names.indexOf(last)];
  if (from < 0 || to < 0 || more.length > 0) return [];
  return Array.from({ length: ((to - from + 7) % 7) + 1 }, (_, step) => (from + step) % 7);
}

function readClock(words: Words, word: string, report: Report): number | undefined {
  const text = requiredText(words, word, report);
  if (text === undefined) return undefined;
  const [, hour = '', minute = ''] = /^([01][0-9]|2[0-3]):([0-5][0-9])$/.exec(text.value) ?? [];
  if (hour !== '') return Number(hour) * 60 + Number(minute);
  report.error('bad-value', text.tree.range, `${word} must be a time of day, but is ${text.value}`, 'such as "22:00"');
  return undefined;
}

const DAY = /^\d{4}-\d{2}-\d{2}$/;
const MOMENT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2})?(Z|[+-]\d{2}:\d{2})$/;

function readBound(words: Words, word: string, report: Report): Bound | undefined {
  const text = requiredText(words, word, report);
  if (text === undefined) return undefined;
  const ms = Date.parse(text.value);
  // Date.parse takes February 30th, and means another day.
  const isDay = DAY.test(text.value) && !Number.isNaN(ms) && new Date(ms).toISOString().startsWith(text.value);
  if (isDay) return { day: text.value };
  if (MOMENT.test(text.value) && !Number.isNaN(ms)) return { ms };
  report.error(
    'bad-value',
    text.tree.range,
    `${word} must be a day or a moment, but is ${text.value}`,
    'such as 2026-12-20 or 2026-12-20T18:00+01:00',
  );
  return undefined;
}

function requiredText(words: Words, word: string, report: Report): { readonly value: string; readonly tree: Tree } | undefined {
  const tree = words.value(word);
  if (tree === undefined) report.error('missing-key', words.head, `${word} is missing`);
  const value = readString(tree, word, report);
  return value === undefined || tree === undefined ? undefined : { value, tree };
}

function timezoneOf(words: Words, report: Report): { readonly timezone?: string } {
  const tree = words.value('timezone');
  const timezone = readString(tree, 'timezone', report);
  if (timezone === undefined || tree === undefined) return {};
  try {
    new Intl.DateTimeFormat('en-GB', { timeZone: timezone });
    return { timezone };
  } catch {
    report.error('bad-value', tree.range, `${timezone} is no time zone that this machine knows`, 'such as Europe/Berlin or UTC');
    return {};
  }
}
