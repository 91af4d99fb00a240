import { expect, test } from 'vitest';
import { loadMutated } from '../load/mutated-runbooks.ts';

const ROUNDS = 1_000;
const A_ROUND = 1_000;

test('1,000,000 mutated runbooks load, or have diagnostics that stand in the file', () => {
  for (let round = 1; round <= ROUNDS; round += 1) {
    const { loaded, refused } = loadMutated(A_ROUND, round);
    expect(loaded + refused).toBe(A_ROUND);
  }
});
