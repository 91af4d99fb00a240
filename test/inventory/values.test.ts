import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Json } from '../../src/domain/json.ts';
import { iniValue } from '../../src/inventory/python-literal.ts';
import { splitWords } from '../../src/inventory/shell-words.ts';
import { yamlScalar } from '../../src/inventory/yaml-scalar.ts';
import { failureText, unwrap } from './memory-io.ts';

describe('an INI value', () => {
  const literals: readonly (readonly [string, Json])[] = [
    ['5', 5],
    ['-5', -5],
    ['+5', 5],
    ['1_000', 1000],
    ['0x1F', 31],
    ['0o17', 15],
    ['0b11', 3],
    ['1.50', 1.5],
    ['1e3', 1000],
    ['.5', 0.5],
    ['000', 0],
    ['True', true],
    ['False', false],
    ['None', null],
    ['"q r"', 'q r'],
    ["'it''s'", 'its'],
    ['"a\\tb\\x41\\u00e9\\101\\q"', 'a\tbAéA\\q'],
    ["r'a\\n'", 'a\\n'],
    ["b'x'", 'x'],
    ['"""a\'"b"""', 'a\'"b'],
    ['[1, [2, {"k": (None, 1.5)}],]', [1, [2, { k: [null, 1.5] }]]],
    ['(1)', 1],
    ['(1,)', [1]],
    ['()', []],
    ['{}', {}],
    ['{1: 2, True: None}', { '1': 2, true: null }],
    ['1,2', [1, 2]],
    ['1 # c', 1],
    ['  7', 7],
  ];
  test.each(literals)('%s is a Python literal', (text, value) => {
    expect(iniValue(text)).toEqual(value);
  });

  test.each([
    ['text', 'true'],
    ['text', 'yes'],
    ['text', 'a b'],
    ['text with a hash', 'hello # c'],
    ['a number with leading zeros', '007'],
    ['an address', '10.0.0.1'],
    ['a date', '2024-01-01'],
    ['arithmetic', '1+2'],
    ['two signs', '--5'],
    ['a call', '__import__("os")'],
    ['names in a list', '[a]'],
    ['a set', '{1, 2}'],
    ['a complex number', '3j'],
    ['an f-string', "f'x'"],
    ['bytes among text', "['a', b'b']"],
    ['bytes beside text', "'a' b'b'"],
    ['bytes that are no UTF-8', "b'\\xff'"],
    ['an open string', "'a"],
    ['an open list', '[1, 2'],
    ['a missing comma', '[1 2]'],
    ['a lone comma', ','],
    ['a character by name', "'\\N{BULLET}'"],
    ['half a surrogate pair', "'\\ud800'"],
    ['an integer past 2^53', '12345678901234567890'],
    ['infinity', '1e999'],
    ['a dangerous key', '{"__proto__": 1}'],
    ['more brackets than Python nests', '['.repeat(500) + ']'.repeat(500)],
    ['nothing', ''],
  ])('%s stays text', (_, text) => {
    expect(iniValue(text)).toBe(text);
  });

  test('whatever JSON writes without true, false and null, Python reads back', () => {
    const pythonText = (value: unknown): string => JSON.stringify(value).replace(/[\u2028\u2029]/g, '?');
    const plain = fc.letrec((tie) => ({
      value: fc.oneof({ depthSize: 'small' }, fc.integer(), fc.stringMatching(/^[ -~]*$/), tie('list'), tie('object')),
      list: fc.array(tie('value'), { maxLength: 4 }),
      object: fc.dictionary(fc.stringMatching(/^[a-z]{1,5}$/), tie('value'), { maxKeys: 4 }),
    })).value;
    fc.assert(fc.property(plain, (value) => void expect(iniValue(pythonText(value))).toEqual(value)));
  });

  test('no text makes it throw', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => void iniValue(text)));
  });
});

describe('an unquoted YAML scalar', () => {
  const scalars: readonly (readonly [string, Json])[] = [
    ['yes', true],
    ['Off', false],
    ['y', 'y'],
    ['TrUe', 'TrUe'],
    ['~', null],
    ['', null],
    ['010', 8],
    ['08', '08'],
    ['0o17', '0o17'],
    ['0x1F', 31],
    ['0b11', 3],
    ['1_000', 1000],
    ['1e3', '1e3'],
    ['1.5e+3', 1500],
    ['.5', 0.5],
    ['-.5', '-.5'],
    ['1:30', 90],
    ['0:30', '0:30'],
    ['1:30.5', 90.5],
    ['1.2.3', '1.2.3'],
    ['-0', 0],
    ['2024-01-01', '2024-01-01'],
    ['.inf', '.inf'],
    ['12345678901234567890', '12345678901234567890'],
  ];
  test.each(scalars)('%s is read by YAML 1.1 as PyYAML does', (text, value) => {
    expect(yamlScalar(text)).toEqual(value);
  });
});

describe('the words of a line', () => {
  test.each([
    ["a  b='c d' e", ['a', 'b=c d', 'e']],
    ['a "b \\" \\\\ \\n" c', ['a', 'b " \\ \\n', 'c']],
    ["'a\\' b", ['a\\', 'b']],
    ['a\\ b c', ['a b', 'c']],
    ['a"b"c \'\'', ['abc', '']],
    ['a # b', ['a']],
    ['a b#c d', ['a', 'b']],
    ['a "#b"', ['a', '#b']],
  ])('%s', (line, expected) => {
    expect(unwrap(splitWords(line, { comments: true })).map((word) => word.text)).toEqual(expected);
  });

  test('a hash is text where there are no comments, and columns are counted from 1', () => {
    expect(unwrap(splitWords(' a  b#c', { comments: false }))).toEqual([
      { text: 'a', column: 2 },
      { text: 'b#c', column: 5 },
    ]);
  });

  test.each([
    ["a 'b", "no closing ' for the one in column 3"],
    ['a\\', 'nothing follows the last backslash'],
  ])('%s is refused', (line, message) => {
    expect(failureText(splitWords(line, { comments: true }))).toBe(message);
  });
});
