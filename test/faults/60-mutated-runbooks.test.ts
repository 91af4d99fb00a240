import { describe, expect, it } from 'vitest';
import { loadMutated } from '../load/mutated-runbooks.ts';

const RUNS = 1_000;

describe('10,000 mutated runbooks', () => {
  it.each(Array.from({ length: 10 }, (_, n) => n + 1))(
    'fault 60: load, or have diagnostics that stand in the file; none throws (%i thousand)',
    (n) => {
      const { loaded, refused } = loadMutated(RUNS, 20_261_123 + n);
      expect(loaded + refused).toBe(RUNS);
      // Both kinds were met, so the mutations are neither too tame nor too wild.
      expect(Math.min(loaded, refused)).toBeGreaterThan(20);
    },
  );
});
