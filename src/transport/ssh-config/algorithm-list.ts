import { fail, ok, type Result } from '../../domain/failure.ts';
import { matchesPatternList } from '../host-pattern.ts';
import { ALGORITHMS, type AlgorithmKeyword, GSSAPI_KEX, KEY_TYPE_NAMES } from './algorithms-of-openssh.ts';
import { lowerCase } from './config-line.ts';

const KEY_LISTS: ReadonlySet<AlgorithmKeyword> = new Set([
  'HostKeyAlgorithms',
  'CASignatureAlgorithms',
  'PubkeyAcceptedAlgorithms',
  'HostbasedAcceptedAlgorithms',
]);

/** Names up to the first empty one: there OpenSSH stops to look. */
function namesOf(list: string): readonly string[] {
  const names = list.split(',');
  const end = names.indexOf('');
  return end < 0 ? names : names.slice(0, end);
}

/**
 * Whether a list is one that OpenSSH takes at its line: after `+` or `^` or alone, every name must be known, and keys may be patterns.
 * After `-` anything goes.
 */
export function isValidAlgorithmList(keyword: AlgorithmKeyword, text: string): boolean {
  if (text.startsWith('-')) return true;
  const list = /^[+^]/.test(text) ? text.slice(1) : text;
  return list !== '' && namesOf(list).every((name) => isKnown(keyword, name));
}

function isKnown(keyword: AlgorithmKeyword, name: string): boolean {
  if (ALGORITHMS[keyword].all.includes(name)) return true;
  if (keyword === 'KexAlgorithms') return GSSAPI_KEX.some((beginning) => name.startsWith(beginning));
  if (!KEY_LISTS.has(keyword)) return false;
  const pattern = name.replace(/^!/, '');
  return KEY_TYPE_NAMES.includes(lowerCase(name)) || ALGORITHMS.HostKeyAlgorithms.all.some((each) => matchesPatternList(pattern, each));
}

/**
 * The algorithms that a list stands for, in order of preference (`kex_assemble_names`): `+` adds to the defaults, `^` puts at their
 * head, `-` removes what the patterns match. Without a list, the defaults. Fails with `refused` where OpenSSH goes on with less than
 * was said: for a negated pattern, and when nothing is left of a list.
 */
export function assembleAlgorithms(keyword: AlgorithmKeyword, text: string | undefined): Result<readonly string[]> {
  const { all, defaults } = ALGORITHMS[keyword];
  if (text === undefined) return ok(defaults);
  if (text.startsWith('-')) return someOf(keyword, text, removed(defaults, text.slice(1)));
  const patterns = withDefaults(text, defaults);
  if (patterns.some((pattern) => pattern.startsWith('!'))) return fail('refused', `${keyword} ${text} holds a negated pattern`);
  return someOf(keyword, text, [...new Set(patterns.flatMap((pattern) => all.filter((name) => matches(pattern, name))))]);
}

function removed(defaults: readonly string[], patterns: string): readonly string[] {
  return patterns === '' ? defaults : defaults.filter((name) => !matchesPatternList(patterns, name));
}

function withDefaults(text: string, defaults: readonly string[]): readonly string[] {
  if (text.startsWith('+')) return [...defaults, ...namesOf(text.slice(1))];
  if (text.startsWith('^')) return [...text.slice(1).split(','), ...defaults];
  return text.split(',');
}

function matches(pattern: string, name: string): boolean {
  return pattern !== '' && matchesPatternList(pattern, name);
}

function someOf(keyword: AlgorithmKeyword, text: string, found: readonly string[]): Result<readonly string[]> {
  return found.length > 0 ? ok(found) : fail('refused', `${keyword} ${text} leaves no algorithm`);
}
