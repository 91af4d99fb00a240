import { durationMs } from '../domain/duration.ts';
import { fail, ok, type Result } from '../domain/failure.ts';

const DAY_MS = 86_400_000;
const DAY = /^\d{4}-\d\d-\d\d$/;
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,3})?)?(Z|[+-]\d\d:\d\d)?$/;

/**
 * The beginning and the end of what is typed as a point in time, in ms since the epoch: a day (the whole of it), a time of ISO 8601, or a
 * duration such as `2d`, counted back from now. What says no zone is UTC, as all times that are shown.
 */
export function pointInTime(option: string, text: string, now: number): Result<{ readonly from: number; readonly to: number }> {
  const ago = durationMs(text);
  if (ago !== undefined) return ok({ from: now - ago, to: now - ago });
  const isDay = DAY.test(text);
  if (isDay || TIME.test(text)) {
    const from = Date.parse(isDay || /(Z|[+-]\d\d:\d\d)$/.test(text) ? text : `${text}Z`);
    // 2026-02-30 is taken for a day in March.
    const isThere = !Number.isNaN(from) && new Date(Date.parse(text.slice(0, 10))).toISOString().startsWith(text.slice(0, 10));
    if (isThere) return ok({ from, to: isDay ? from + DAY_MS : from });
  }
  const hint = 'such as 2026-11-26, 2026-11-26T08:30, 2026-11-26T08:30:00+01:00, or 36h and 2d for so long ago';
  return fail('bad-input', `${option} is a day, a time or a duration, but is ${text}`, { hint });
}
