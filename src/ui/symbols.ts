import type { Environment } from './environment.ts';

/** Signs that are not letters; each but `ellipsis` and `rule` is one column wide. */
export interface Symbols {
  readonly good: string;
  readonly bad: string;
  readonly warn: string;
  /** Between a host's name and what it printed. */
  readonly bar: string;
  readonly ellipsis: string;
  readonly dash: string;
  /** Repeated to a line across the terminal. */
  readonly rule: string;
  /** The part of a bar that is done; its rest is a rule. */
  readonly full: string;
  /** Before something that is going on, or chosen. */
  readonly point: string;
}

const UNICODE: Symbols = {
  good: '✓',
  bad: '✗',
  warn: '!',
  bar: '│',
  ellipsis: '…',
  dash: '–',
  rule: '─',
  full: '━',
  point: '›',
};

const ASCII: Symbols = {
  good: 'v',
  bad: 'x',
  warn: '!',
  bar: '|',
  ellipsis: '...',
  dash: '-',
  rule: '-',
  full: '=',
  point: '>',
};

/** Nothing that would be read aloud: the words say it all. */
const SPOKEN: Symbols = { good: ' ', bad: ' ', warn: ' ', bar: ' ', ellipsis: '...', dash: ' ', rule: '', full: '', point: ' ' };

/** ASCII where the locale is C or POSIX, by the precedence of `man 7 locale`; a locale that is not set counts as Unicode. None for `spoken` pages. */
export function symbolsFor({ LC_ALL, LC_CTYPE, LANG }: Environment, spoken = false): Symbols {
  if (spoken) return SPOKEN;
  const locale = LC_ALL || LC_CTYPE || LANG || '';
  return locale === 'C' || locale === 'POSIX' ? ASCII : UNICODE;
}
