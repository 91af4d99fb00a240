import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { visible, visibleLine } from '../../src/formats/visible.ts';

const latin = (text: string) => new Uint8Array(Buffer.from(text, 'latin1'));

describe('visible text', () => {
  test.each([
    ['plain text, ümlauts and 漢字 stay', 'plain text, ümlauts and 漢字 stay'],
    ['a newline and a tab stay', 'a\n\tb', 'a\n\tb'],
    ['colour', '\x1b[31mred', '\\x1b[31mred'],
    ['a title or clipboard sequence', '\x1b]52;c;YWJj\x07', '\\x1b]52;c;YWJj\\x07'],
    ['a line that overwrites itself', 'ok\rbad', 'ok\\rbad'],
    ['delete and NUL', '\x7f\0', '\\x7f\\x00'],
    ['C1 control sequence introducer', '\u009b31m', '\\u009b31m'],
    ['bidi override and isolates', '\u202eabc\u2066\u2069', '\\u202eabc\\u2066\\u2069'],
    ['bidi marks', '\u200e\u200f\u061c', '\\u200e\\u200f\\u061c'],
    ['zero width', 'a\u200b\u200c\u200d\u2060\ufeffb', 'a\\u200b\\u200c\\u200d\\u2060\\ufeffb'],
    ['soft hyphen', 'a\u00adb', 'a\\u00adb'],
    ['line and paragraph separators', '\u2028\u2029', '\\u2028\\u2029'],
    ['tag characters', '\u{e0041}', '\\u{e0041}'],
    ['letters without a shape', '\u3164\u115f\u034f', '\\u3164\\u115f\\u034f'],
    ['a lone surrogate', 'a\ud800b', 'a\\ud800b'],
  ])('%s', (title, input, expected = input ?? title) => {
    expect(visible(input ?? title)).toBe(expected);
    expect(visible(new Uint8Array(Buffer.from((input ?? title).replaceAll(/\p{Cs}/gu, ''))))).toBe(expected.replace('\\ud800', ''));
  });

  test.each([
    ['a stray byte', latin('caf\xe9 au lait'), 'caf\\xe9 au lait'],
    ['a sequence that is cut off', latin('\xe6\xbc'), '\\xe6\\xbc'],
    ['an overlong slash', latin('\xc0\xaf'), '\\xc0\\xaf'],
    ['an encoded surrogate', latin('\xed\xa0\x80'), '\\xed\\xa0\\x80'],
    ['good text around bad bytes', latin('\xc3\xbc\xff\xc3\xbc'), 'ü\\xffü'],
    ['escape next to a bad byte', latin('\x1b\xff'), '\\x1b\\xff'],
    ['a byte order mark', latin('\xef\xbb\xbfa'), '\\ufeffa'],
  ])('bytes that are no UTF-8: %s', (_title, input, expected) => {
    expect(visible(input)).toBe(expected);
  });

  test('in a place of one line newlines and tabs are escaped as well', () => {
    expect(visibleLine('host1\nhost2\tok')).toBe('host1\\nhost2\\tok');
  });

  test('nothing that acts or hides comes through, whatever the bytes', () => {
    const bytes = fc.uint8Array({ maxLength: 200 });
    const hidden = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u;
    fc.assert(fc.property(bytes, (input) => !hidden.test(visible(input).replaceAll(/[\n\t]/g, '')) && !hidden.test(visibleLine(input))));
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (input) => !hidden.test(visible(input).replaceAll(/[\n\t]/g, ''))));
  });

  test('text and its own bytes look the same', () => {
    fc.assert(fc.property(fc.string({ unit: 'grapheme' }), (input) => visible(input) === visible(new Uint8Array(Buffer.from(input)))));
  });
});
