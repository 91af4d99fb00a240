/** JSON Schema pattern of a duration such as `500ms`, `20s`, `15m`, `2h`, `1m30s`. */
export const DURATION_PATTERN = '^([0-9]+(ms|s|m|h|d))+$';

/** The longest time that can be asked for, in ms: 7 days. */
export const MAX_DURATION_MS = 7 * 86_400_000;

const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** A duration in ms; `undefined` when the text is none. */
export function durationMs(text: string): number | undefined {
  if (!new RegExp(DURATION_PATTERN).test(text)) return undefined;
  let total = 0;
  for (const [, count, unit] of text.matchAll(/([0-9]+)(ms|s|m|h|d)/g)) {
    total += Number(count) * (UNIT_MS[unit ?? ''] ?? 0);
  }
  return total;
}

/** A length of time for people: `850 ms`, `20 s`, `2 min 5 s`. */
export function showDuration(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  const seconds = Math.round(ms / 1_000);
  if (seconds < 60) return `${seconds} s`;
  const rest = seconds % 60;
  return rest === 0 ? `${Math.floor(seconds / 60)} min` : `${Math.floor(seconds / 60)} min ${rest} s`;
}
