import fc from 'fast-check';
import { expect, test } from 'vitest';
import { editLine, type LineWish } from '../../src/formats/line-edit.ts';

const limit = (line: string) => line.startsWith('limit');
const present = (line: string, more: Partial<LineWish> = {}): LineWish => ({ line, state: 'present', ...more });

test.each<[string, string, LineWish, string]>([
  ['replaces the last match', 'limit=1\na\nlimit=2\nb\n', present('limit=9', { match: limit }), 'limit=1\na\nlimit=9\nb\n'],
  ['leaves an equal line', 'a\nlimit=9\n', present('limit=9', { match: limit }), 'a\nlimit=9\n'],
  ['appends', 'a\n', present('b'), 'a\nb\n'],
  ['appends to an empty file', '', present('b'), 'b\n'],
  ['appends where the last line has no end', 'a', present('b'), 'a\nb\n'],
  ['keeps a missing end elsewhere', 'limit=1\na', present('limit=2', { match: limit }), 'limit=2\na'],
  ['keeps CRLF', 'limit=1\r\na\r\n', present('limit=2', { match: limit }), 'limit=2\r\na\r\n'],
  ['appends with CRLF', 'a\r\n', present('b'), 'a\r\nb\r\n'],
  ['inserts after the last anchor', '[a]\n[a]\nx\n', present('b', { after: (line) => line === '[a]' }), '[a]\n[a]\nb\nx\n'],
  ['inserts before the last anchor', 'x\nexit 0\n', present('b', { before: (line) => line === 'exit 0' }), 'x\nb\nexit 0\n'],
  ['appends where there is no anchor', 'x\n', present('b', { after: () => false, before: () => false }), 'x\nb\n'],
  ['does nothing where the line is there and nothing matches', 'b\nx\n', present('b', { match: limit, after: () => true }), 'b\nx\n'],
  [
    'comments out once, where the new line no longer matches',
    'limit=1\n#limit\n',
    present('#limit', { match: limit }),
    'limit=1\n#limit\n',
  ],
  ['removes equal lines', 'a\nb\na', { line: 'a', state: 'absent' }, 'b\n'],
  ['removes matching lines', 'limit=1\nb\nlimit=2\n', { line: '', state: 'absent', match: limit }, 'b\n'],
  ['removes nothing', 'a\n', { line: 'b', state: 'absent' }, 'a\n'],
])('%s', (_title, text, wish, expected) => {
  expect(editLine(text, wish).text).toBe(expected);
});

test('what is said is what was done', () => {
  expect(editLine('a\nlimit=1\n', present('limit=2', { match: limit }))).toMatchObject({
    removed: [{ text: 'limit=1', number: 2 }],
    added: [{ text: 'limit=2', number: 2 }],
  });
  expect(editLine('a\n', present('b', { before: () => true })).added).toEqual([{ text: 'b', number: 1 }]);
});

test('twice is once, and every other line keeps its bytes', () => {
  const line = fc.stringMatching(/^[a-c=\xe9\t ]{0,4}$/);
  const text = fc
    .array(fc.tuple(line, fc.constantFrom('\n', '\r\n')), { maxLength: 8 })
    .map((lines) => lines.map((each) => each.join('')).join(''));
  const state = fc.constantFrom('present' as const, 'absent' as const);
  fc.assert(
    fc.property(text, line, line, state, fc.boolean(), (original, wanted, needle, which, matches) => {
      const wish: LineWish = { line: wanted, state: which, match: matches ? (each) => each.includes(needle) && needle !== '' : undefined };
      const once = editLine(original, wish);
      const gone = once.removed.map((each) => each.text);
      const come = once.added.map((each) => each.text);
      const rest = (whole: string, without: readonly string[]) => whole.split(/\r?\n/).filter((each) => !without.includes(each));
      expect(rest(once.text, [...come, ...gone])).toEqual(rest(original, [...come, ...gone]));
      const twice = editLine(once.text, wish);
      expect(twice.text).toBe(once.text);
    }),
  );
});
