/** When hosts may be changed, or may not, by the clock of a place. */
export interface ChangeWindows {
  /** Hosts are changed within one of these only; empty: at any time. */
  readonly maintenance: readonly MaintenanceWindow[];
  /** Hosts are not changed within any of these. */
  readonly freeze: readonly Freeze[];
}

/** Hours of some days of the week; one that goes past midnight belongs to the day on which it begins. */
export interface MaintenanceWindow {
  /** 0 is Sunday, as for `Date.getDay`. */
  readonly days: readonly number[];
  /** Minutes since midnight. Where both are the same, all day. */
  readonly from: number;
  readonly to: number;
  /** IANA name; absent: that of the operator's machine. */
  readonly timezone?: string;
}

/** A stretch of time. */
export interface Freeze {
  readonly from: Bound;
  readonly to: Bound;
  readonly timezone?: string;
  /** Why, for whoever meets it. */
  readonly reason?: string;
}

/** A whole day (`2026-12-20`, of the end the last one), or a moment in ms since the epoch. */
export type Bound = { readonly day: string } | { readonly ms: number };

/** Days as they are written in a policy, in the order of `Date.getDay`. */
export const WEEKDAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'] as const;

/** Why no host may be changed at a moment (ms since the epoch); undefined where one may. */
export function closedAt(ms: number, { maintenance, freeze }: ChangeWindows): string | undefined {
  const frozen = freeze.find((one) => isFrozen(ms, one));
  if (frozen) return `changes are frozen until ${boundWords(frozen.to)}${frozen.reason === undefined ? '' : ` (${frozen.reason})`}`;
  if (maintenance.length === 0 || maintenance.some((one) => isWithin(ms, one))) return undefined;
  return `hosts are changed within maintenance only: ${maintenance.map(windowWords).join('; ')}`;
}

function isWithin(ms: number, { days, from, to, timezone }: MaintenanceWindow): boolean {
  const { weekday, minute } = localTime(ms, timezone);
  if (from < to) return days.includes(weekday) && from <= minute && minute < to;
  return (days.includes(weekday) && minute >= from) || (days.includes((weekday + 6) % 7) && minute < to);
}

function isFrozen(ms: number, { from, to, timezone }: Freeze): boolean {
  const { day } = localTime(ms, timezone);
  const begun = 'ms' in from ? from.ms <= ms : from.day <= day;
  return begun && ('ms' in to ? ms < to.ms : day <= to.day);
}

/** The clock of a place. `h23`: midnight is 00, never 24. */
function localTime(ms: number, timezone: string | undefined): { readonly weekday: number; readonly minute: number; readonly day: string } {
  const format = new Intl.DateTimeFormat('en-GB', {
    timeZone: timezone,
    hourCycle: 'h23',
    weekday: 'short',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
  });
  const parts = new Map(format.formatToParts(ms).map(({ type, value }) => [type, value]));
  const of = (type: Intl.DateTimeFormatPartTypes) => parts.get(type) ?? '';
  return {
    weekday: (WEEKDAYS as readonly string[]).indexOf(of('weekday')),
    minute: Number(of('hour')) * 60 + Number(of('minute')),
    day: `${of('year')}-${of('month')}-${of('day')}`,
  };
}

function windowWords({ days, from, to, timezone }: MaintenanceWindow): string {
  const names = days.length === 7 ? 'every day' : days.map((day) => WEEKDAYS[day]).join(', ');
  const hours = from === to ? 'all day' : `${clockWords(from)} to ${clockWords(to)}`;
  return `${names} ${hours}${timezone === undefined ? '' : ` ${timezone}`}`;
}

function clockWords(minute: number): string {
  return `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`;
}

function boundWords(bound: Bound): string {
  return 'day' in bound ? `the end of ${bound.day}` : new Date(bound.ms).toISOString().replace('.000Z', 'Z');
}
