import { expect, test } from 'vitest';
import type { Json } from '../../src/domain/json.ts';
import { pythonJson, pythonText } from '../../src/inventory/python-text.ts';

// What Python 3.11 prints for str(value).
const texts: readonly (readonly [Json, string])[] = [
  ["it's", "it's"],
  [null, 'None'],
  [true, 'True'],
  [1.5, '1.5'],
  [["it's", 'a"b', `'"`, 'a\nb\\', '\x00\u202eé', '\u{e0001}'], `["it's", 'a"b', '\\'"', 'a\\nb\\\\', '\\x00\\u202eé', '\\U000e0001']`],
  [{ a: [false, { b: null }], "c'd": {} }, `{'a': [False, {'b': None}], "c'd": {}}`],
];

test.each(texts)('%j is written as Python writes it', (value, text) => {
  expect(pythonText(value)).toBe(text);
});

test('JSON is laid out as Python lays it out, keys in order of code points', () => {
  expect(pythonJson({ b: [1, { é: 'x' }], '10': [], '9': {}, '\u{1f600}': 1, '\uffee': 2, a: null })).toBe(
    `{
    "10": [],
    "9": {},
    "a": null,
    "b": [
        1,
        {
            "é": "x"
        }
    ],
    "\uffee": 2,
    "\u{1f600}": 1
}`,
  );
});
