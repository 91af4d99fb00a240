import fc from 'fast-check';
import { expect, test } from 'vitest';
import { clip, columnsOf, padColumns } from '../../src/formats/columns.ts';

const RED = '\x1b[31m';
const OFF = '\x1b[39m';

test.each([
  ['', 0],
  ['plain', 5],
  [`${RED}red${OFF}`, 3],
  ['✓ … ─ ›', 7],
  ['日本', 4],
  ['한글', 4],
  ['ｆｕｌｌ', 8],
  ['👍', 2],
  ['é', 1],
])('%j takes %i columns', (line, columns) => {
  expect(columnsOf(line)).toBe(columns);
});

test.each([
  ['as it is', 8, 'as it is'],
  ['one more', 7, 'one mo…'],
  ['日本語', 5, '日本…'],
  ['日本語', 4, '日…'],
  [`${RED}a long word${OFF}`, 7, `${RED}a long…\x1b[0m`],
  [`ab${RED}cd${OFF}ef`, 3, `ab${RED}…\x1b[0m`],
  ['no room', 1, '…'],
  ['no room', 0, ''],
])('%j in %i columns is %j', (line, columns, cut) => {
  expect(clip(line, columns, '…')).toBe(cut);
});

test('a line is never wider than it was clipped to, whatever stands in it', () => {
  const piece = fc.oneof(fc.constantFrom(RED, OFF, '日', '👍', 'é'), fc.string({ unit: 'grapheme', maxLength: 4 }));
  fc.assert(
    fc.property(fc.array(piece), fc.nat(30), fc.constantFrom('…', '...'), (pieces, columns, ellipsis) => {
      const line = pieces.join('').replace(/[\x00-\x1a\x1c-\x1f]/g, '');
      expect(columnsOf(clip(line, columns, ellipsis))).toBeLessThanOrEqual(columns);
    }),
  );
});

test('names in a column are padded by what they take on the screen', () => {
  expect(['ab', '日', 'abcdef'].map((name) => columnsOf(padColumns(name, 4)))).toEqual([4, 4, 6]);
});
