/** Properties of `systemctl show`, by name. */
type Properties = Readonly<Record<string, string>>;

/** Paths of `DropInPaths` or any other list of `systemctl show`: separated by blanks, those with special characters in double quotes. */
export function shownList(value: string | undefined): readonly string[] {
  const words = (value ?? '').match(/"(?:[^"\\]|\\.)*"|[^\s"]\S*/g) ?? [];
  return words.map((word) => (word.startsWith('"') ? word.slice(1, -1).replace(/\\(.)/g, '$1') : word));
}

/** A unit's lasting state. One that systemd is about to start again counts as active: it is started. */
export function unitStateOf(properties: Properties): { readonly active: boolean; readonly enabled: boolean; readonly masked: boolean } {
  const file = properties['UnitFileState'] ?? '';
  return {
    active: ['active', 'activating', 'reloading'].includes(properties['ActiveState'] ?? ''),
    enabled: file.startsWith('enabled'),
    masked: properties['LoadState'] === 'masked' || file.startsWith('masked'),
  };
}

/** How a unit's processes fare; times in ms. */
export interface UnitVitals {
  readonly active: boolean;
  /** How long it has been active without a restart; 0 when it is not. */
  readonly stableMs: number;
  readonly restarts: number;
  readonly crashLooping: boolean;
}

/** Restarts longer ago than this no longer make a crash loop. */
const CRASH_LOOP_WINDOW_MS = 60_000;

/**
 * Judges a unit from its properties and the host's time since boot in ms. It is crash-looping when systemd waits to start it
 * again (`auto-restart`), has restarted it and given up after too many starts, or has restarted it and it has been up for less
 * than a minute since.
 */
export function unitVitals(properties: Properties, uptimeMs: number): UnitVitals {
  const active = ['active', 'reloading'].includes(properties['ActiveState'] ?? '');
  const sinceMs = numberOf(properties['ActiveEnterTimestampMonotonic']) / 1_000;
  const stableMs = active ? Math.max(0, Math.round(uptimeMs - sinceMs)) : 0;
  const restarts = numberOf(properties['NRestarts']);
  const isRecent =
    restarts > 0 && ['active', 'activating', 'reloading'].includes(properties['ActiveState'] ?? '') && stableMs < CRASH_LOOP_WINDOW_MS;
  const waits = (properties['SubState'] ?? '').startsWith('auto-restart');
  // Past the limit the result stays that of the last failure, unless a person tried to start it.
  const gaveUp = properties['ActiveState'] === 'failed' && (restarts > 0 || properties['Result'] === 'start-limit-hit');
  return { active, stableMs, restarts, crashLooping: waits || gaveUp || isRecent };
}

/** A count among properties; 0 for `[not set]` and the like. */
export function numberOf(value: string | undefined): number {
  return /^[0-9]+$/.test(value ?? '') ? Number(value) : 0;
}

/** Time since boot in ms, from `/proc/uptime`; 0 when it is not readable as such. */
export function uptimeMsOf(text: string): number {
  return Math.round(Number.parseFloat(/^[0-9]+(?:\.[0-9]+)?/.exec(text)?.[0] ?? '0') * 1_000);
}
