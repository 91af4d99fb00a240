/** One line of a syslog file. */
export interface SyslogLine {
  readonly program: string;
  readonly message: string;
  /** When it was written. `wall`: the host's own clock on the wall, as if it were UTC. Both in ms since the epoch. */
  readonly at: { readonly wall: number } | { readonly utc: number };
}

/** A host's clock: the same moment in UTC and as its clock on the wall shows it, as if that were UTC; ms since the epoch. */
export interface HostClock {
  readonly utc: number;
  readonly wall: number;
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const TAG = String.raw`(?<host>\S+) (?<program>[^\s:[]+)(?:\[[^\]]*\])?: ?(?<message>.*)$`;
const TRADITIONAL = new RegExp(String.raw`^(?<month>[A-Z][a-z]{2}) +(?<day>\d{1,2}) (?<time>\d\d:\d\d:\d\d)(?:\.\d+)? ${TAG}`);
const ISO = new RegExp(String.raw`^(?<stamp>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:?\d\d)) ${TAG}`);

const DAY_MS = 86_400_000;

/**
 * One line as rsyslog, syslog-ng and busybox write it: RFC 3164's `Nov 22 08:04:10 host program[pid]: text`, whose year is
 * the last one in which that day was not in the future, or rsyslog's ISO stamp. Undefined for anything else.
 */
export function parseSyslogLine(line: string, clock: HostClock): SyslogLine | undefined {
  const iso = ISO.exec(line)?.groups;
  if (iso !== undefined) return { program: iso.program ?? '', message: iso.message ?? '', at: { utc: Date.parse(iso.stamp ?? '') } };
  const old = TRADITIONAL.exec(line)?.groups;
  if (old === undefined) return undefined;
  const wall = wallTime(old.month ?? '', Number(old.day), old.time ?? '', clock);
  return wall === undefined ? undefined : { program: old.program ?? '', message: old.message ?? '', at: { wall } };
}

/** How long ago a line was written, in ms. */
export function ageOf(line: SyslogLine, clock: HostClock): number {
  return 'utc' in line.at ? clock.utc - line.at.utc : clock.wall - line.at.wall;
}

/** Reads what `date '+%s %z'` prints; undefined when it is something else. */
export function parseHostClock(text: string): HostClock | undefined {
  const groups = /^(?<seconds>\d+) (?<sign>[+-])(?<hours>\d\d)(?<minutes>\d\d)\s*$/.exec(text)?.groups;
  if (groups === undefined) return undefined;
  const utc = Number(groups.seconds) * 1_000;
  const offset = (Number(groups.hours) * 60 + Number(groups.minutes)) * 60_000;
  return { utc, wall: groups.sign === '-' ? utc - offset : utc + offset };
}

function wallTime(month: string, day: number, time: string, clock: HostClock): number | undefined {
  const index = MONTHS.indexOf(month);
  if (index < 0) return undefined;
  const [hours = 0, minutes = 0, seconds = 0] = time.split(':').map(Number);
  const at = (year: number) => Date.UTC(year, index, day, hours, minutes, seconds);
  const year = new Date(clock.wall).getUTCFullYear();
  // A clock may be ahead a little: only a stamp more than a day in the future is of last year.
  return at(year) - clock.wall > DAY_MS ? at(year - 1) : at(year);
}
