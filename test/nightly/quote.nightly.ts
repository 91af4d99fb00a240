import { describe, expect, test } from 'vitest';
import { shells } from '../remote/local-fleet.ts';
import { mismatches, randomWords } from '../remote/quoted-words.ts';

const ROUNDS = 50;
const A_ROUND = 20_000;

describe.each(shells)('with $name', ({ shell }) => {
  test('1,000,000 random byte strings reach a program as they are', () => {
    for (let round = 1; round <= ROUNDS; round += 1) expect(mismatches(shell, randomWords(A_ROUND, round))).toEqual([]);
  });
});
