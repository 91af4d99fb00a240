import { DURATION_PATTERN } from '../domain/duration.ts';
import { MAX_REGEX_LENGTH } from '../formats/regex.ts';

/** An absolute, normalised path of a file. */
export const ABSOLUTE_PATH = {
  type: 'string',
  pattern: '^(/(?!\\.{1,2}(/|$))[^/\\u0000\\n]+)+$',
  maxLength: 4096,
  description: 'absolute path, without "." and ".."',
} as const;

/** A length of time; the default is added where it is used. */
export const DURATION = { type: 'string', pattern: DURATION_PATTERN, description: 'a duration such as 500ms, 20s, 15m, 1m30s' } as const;

/** A regular expression. Its syntax is checked when the runbook is loaded, or on the host where an expression gives it. */
export const REGEX = {
  type: 'string',
  format: 'regex',
  minLength: 1,
  maxLength: MAX_REGEX_LENGTH,
  description: 'a regular expression in RE2 syntax, found anywhere in a line',
} as const;

/** A program with its arguments. No shell reads them. */
export const ARGV = {
  type: 'array',
  minItems: 1,
  items: { type: 'string', pattern: '^[^\\u0000]*$' },
  description: 'the program and its arguments, one word each; no shell reads them',
} as const;
