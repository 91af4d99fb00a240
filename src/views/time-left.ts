/** How far a number of hosts has come, as far as it says how long the rest takes. All times in ms. */
export interface Pace {
  readonly all: number;
  readonly ended: number;
  /** Hosts that are under way, and how long each of them is, together. */
  readonly underWay: number;
  readonly agesMs: number;
  /** How long the hosts that ended took, together. */
  readonly tookMs: number;
  /** The most hosts that were under way at the same time. */
  readonly most: number;
}

/** Fewer hosts than this say nothing about the others. */
const ENOUGH = 3;

/**
 * How long it takes until all have ended, if the rest is like those that have: they go in rounds of as many as go together, and
 * those under way are as far as they are old. Undefined while too few have ended.
 */
export function timeLeft({ all, ended, underWay, agesMs, tookMs, most }: Pace): number | undefined {
  if (ended < Math.min(ENOUGH, all) || ended === 0 || ended >= all) return undefined;
  const each = tookMs / ended;
  const rounds = Math.max(0, all - ended - underWay) / Math.max(1, most);
  const current = underWay === 0 ? 0 : Math.max(0, each - agesMs / underWay);
  return Math.round(rounds * each + current);
}

/** The same where nobody knows which hosts are under way: by how many have ended since the beginning. */
export function timeLeftByRate(all: number, ended: number, sinceMs: number): number | undefined {
  if (ended < Math.min(ENOUGH, all) || ended === 0 || ended >= all) return undefined;
  return Math.round(((all - ended) * sinceMs) / ended);
}
