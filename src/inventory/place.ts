import { type Failure, type FailureCode, fail, type Result } from '../domain/failure.ts';
import type { Place } from '../domain/runbook.ts';

/** `file:line:col`, as failures carry it. */
export function showPlace(place: Place): string {
  return `${place.file}:${place.line}:${place.column}`;
}

/** A failure about a place in a source. */
export function failAt(place: Place, message: string, hint?: string, code: FailureCode = 'bad-input'): Result<never> {
  const more: Omit<Failure, 'code' | 'message'> = { at: showPlace(place), ...(hint === undefined ? {} : { hint }) };
  return fail(code, message, more);
}
