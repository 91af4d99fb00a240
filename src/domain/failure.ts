/**
 * Why something expected did not work. The set is closed; docs/errors.md lists it.
 * `unreachable`, `lost` and `timed-out` speak of the way to the host, the others of what stands there.
 */
export type FailureCode =
  | 'unreachable'
  | 'host-key'
  | 'auth'
  | 'become'
  | 'lost'
  | 'timed-out'
  | 'protocol'
  | 'permission-denied'
  | 'not-regular-file'
  | 'too-large'
  | 'not-text'
  | 'no-systemd'
  | 'missing-program'
  | 'not-found'
  | 'ambiguous'
  | 'bad-params'
  | 'bad-expression'
  | 'deferred'
  | 'stale'
  | 'conflict'
  | 'locked'
  | 'expired'
  | 'refused'
  | 'command-failed'
  | 'verify-failed'
  | 'bad-input'
  | 'journal'
  | 'interrupted';

/** An expected failure as a value: what, where, and what to do next. */
export interface Failure {
  readonly code: FailureCode;
  /** A sentence without a full stop; text from hosts in it is data and is made visible where it is shown. */
  readonly message: string;
  /** Where: `file:line:col`, or a host's path. */
  readonly at?: string;
  /** The next step for the reader. */
  readonly hint?: string;
}

/** A value, or the expected failure that stands in its place. */
export type Result<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly failure: Failure };

/** Wraps a value as a success. */
export function ok<T>(value: T): Result<T> {
  return { ok: true, value };
}

/** Wraps an expected failure. */
export function fail(code: FailureCode, message: string, more: Omit<Failure, 'code' | 'message'> = {}): Result<never> {
  return { ok: false, failure: { code, message, ...more } };
}

/**
 * Thrown by a `Reader`, a `Writer` or a `Transport` when the host cannot be asked or will not answer.
 * The engine catches it in one place and turns it into the value it carries; a step type catches only that one of several places to
 * look in is denied.
 */
export class HostFault extends Error {
  readonly failure: Failure;

  constructor(failure: Failure) {
    super(failure.message);
    this.name = 'HostFault';
    this.failure = failure;
  }
}
