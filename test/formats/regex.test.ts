import { expect, test } from 'vitest';
import { compileRegex, MAX_REGEX_INPUT, type Regex } from '../../src/formats/regex.ts';

function regex(source: string): Regex {
  const compiled = compileRegex(source);
  if (!compiled.ok) throw new Error(compiled.message);
  return compiled.regex;
}

test.each([
  [
    '(?P<flag>--[\\w-]+)',
    'unknown flag: --improve-speed',
    { text: '--improve-speed', start: 14, end: 29, groups: { flag: '--improve-speed' } },
  ],
  ['(?<n>[0-9]+)', 'a 12 b 34', { text: '12', start: 2, end: 4, groups: { n: '12' } }],
  ['(?P<a>x)|(?P<b>y)', 'y', { text: 'y', start: 0, end: 1, groups: { a: '', b: 'y' } }],
  ['(?i)READY', 'not ready', { text: 'ready', start: 4, end: 9, groups: {} }],
  ['^$', '', { text: '', start: 0, end: 0, groups: {} }],
])('%s finds the leftmost match', (source, text, match) => {
  expect(regex(source).find(text)).toEqual(match);
  expect(regex(source).test(text)).toBe(true);
});

test('no match is undefined', () => {
  expect(regex('x').find('abc')).toBeUndefined();
  expect(regex('x').test('abc')).toBe(false);
});

test.each([
  ['(a', 'missing closing )'],
  ['(?=a)b', '(?='],
  ['(a)\\1', '\\1'],
  ['*', 'missing argument'],
  ['[b-a]', 'b-a'],
])('%s is refused with a reason', (source, reason) => {
  const compiled = compileRegex(source);
  expect(compiled).toMatchObject({ ok: false });
  expect(compiled.ok ? '' : compiled.message).toContain(reason);
});

test('more than 512 characters are refused', () => {
  expect(compileRegex('a'.repeat(512)).ok).toBe(true);
  expect(compileRegex('a'.repeat(513))).toEqual({ ok: false, message: 'the regular expression has 513 characters; at most 512 are taken' });
});

test('what comes after the first 1 MiB of a text is not searched', () => {
  const text = `${'a'.repeat(MAX_REGEX_INPUT)}needle`;
  expect(regex('needle').test(text)).toBe(false);
  expect(regex('needle').find(text)).toBeUndefined();
});

test.each([
  ['^a+$', '', 'a', false],
  ['^a+\\z', '', 'a', false],
  ['a\\b', '', 'a', false],
  ['^(?P<all>a+)', '', 'a', true],
  ['^a+$|^b', 'b', 'a', true],
  ['(?m)^b$', 'b\n', 'a', true],
  ['\\Qba', 'b', 'a', true],
])('%s is not deceived by the place where a long text is cut', (source, before, after, matches) => {
  const text = before + 'a'.repeat(MAX_REGEX_INPUT) + after;
  expect(regex(source).test(text)).toBe(matches);
  expect(regex(source).find(text) !== undefined).toBe(matches);
});

test('an expression that backtracks elsewhere for ever ends here', () => {
  expect(regex('^(a+)+$').test(`${'a'.repeat(50_000)}!`)).toBe(false);
});

test('the names of its groups are known', () => {
  expect(regex('(?P<one>a)(b)(?P<two>c)').groupNames).toEqual(['one', 'two']);
});
