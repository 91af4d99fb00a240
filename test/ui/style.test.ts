import { describe, expect, test } from 'vitest';
import { styleFor } from '../../src/ui/style.ts';
import { symbolsFor } from '../../src/ui/symbols.ts';
import { chunks, wrap } from '../../src/ui/wrap.ts';

describe('colour', () => {
  test.each([
    ['auto', true, {}, true],
    ['auto', false, {}, false],
    ['auto', true, { NO_COLOR: '1' }, false],
    ['auto', true, { NO_COLOR: '' }, true],
    ['auto', true, { TERM: 'dumb' }, false],
    ['always', false, { NO_COLOR: '1' }, true],
    ['never', true, {}, false],
  ] as const)('%s, terminal %s, %j: %s', (choice, isTTY, environment, coloured) => {
    expect(styleFor(choice, { isTTY }, environment).bad('x')).toBe(coloured ? '\x1b[31mx\x1b[39m' : 'x');
  });
});

describe('signs', () => {
  test.each([
    [{ LANG: 'C' }, 'x'],
    [{ LANG: 'en_GB.UTF-8', LC_ALL: 'POSIX' }, 'x'],
    [{ LANG: 'C', LC_CTYPE: 'C.UTF-8' }, '✗'],
    [{ LANG: 'C.UTF-8' }, '✗'],
    [{}, '✗'],
  ])('in the locale %j bad news is %s', (environment, sign) => {
    expect(symbolsFor(environment).bad).toBe(sign);
  });
});

describe('wrapping', () => {
  test.each([
    ['a b c', 3, false, ['a b', 'c']],
    ['a /long/path b', 5, false, ['a', '/long/path', 'b']],
    ['a /long/path b', 5, true, ['a', '/long', '/path', 'b']],
    ['', 5, false, ['']],
  ] as const)('%j to %i columns, hard %s', (text, width, hard, lines) => {
    expect(wrap(text, width, { hard })).toEqual(lines);
  });

  test('chunks keep every space', () => {
    expect(chunks('a  b   ', 3)).toEqual(['a  ', 'b  ', ' ']);
  });
});
