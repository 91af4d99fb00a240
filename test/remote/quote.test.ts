import { describe, expect, test } from 'vitest';
import { quote } from '../../src/remote/quote.ts';
import { shells } from './local-fleet.ts';
import { mismatches, randomWords } from './quoted-words.ts';

const ARGUMENTS = 20_000;

describe.each(shells)('with $name', ({ shell }) => {
  test(`${ARGUMENTS} arguments reach a program byte for byte`, () => {
    expect(mismatches(shell, randomWords(ARGUMENTS, 20_000))).toEqual([]);
  });
});

test('what no argument can hold is refused', () => {
  expect(() => quote('a\0b')).toThrow('NUL');
  expect(() => quote('\ud800')).toThrow('Unicode');
});
