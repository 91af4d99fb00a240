import { describe, expect, test } from 'vitest';
import { HostFault } from '../../src/domain/failure.ts';
import { commandLine, quote } from '../../src/remote/quote.ts';
import { shells } from './local-fleet.ts';
import { mismatches, randomWords } from './quoted-words.ts';

const ARGUMENTS = 20_000;

describe.each(shells)('with $name', ({ shell }) => {
  test(`${ARGUMENTS} arguments reach a program byte for byte`, () => {
    expect(mismatches(shell, randomWords(ARGUMENTS, 20_000))).toEqual([]);
  });
});

test('what no argument can hold is refused', () => {
  const failureOf = (text: string) => {
    try {
      return quote(text);
    } catch (error) {
      return error instanceof HostFault ? error.failure : error;
    }
  };
  expect(failureOf('a\0b')).toEqual({ code: 'bad-params', message: 'an argument for a host holds a NUL byte' });
  expect(failureOf('\ud800')).toEqual({ code: 'bad-params', message: 'an argument for a host is not valid Unicode' });
});

test('a word stands in single quotes whatever it is, and words are apart by a space', () => {
  expect(commandLine(['a', '', "it's", '$(x)'])).toBe(`'a' '' 'it'\\''s' '$(x)'`);
});
