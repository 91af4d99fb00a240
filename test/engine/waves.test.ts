import { describe, expect, it } from 'vitest';
import type { WaveSize } from '../../src/domain/runbook.ts';
import { failureBudget, wavesOf } from '../../src/engine/waves.ts';

const n = (hosts: number): WaveSize => ({ hosts });
const p = (percent: number): WaveSize => ({ percent });
const sizes = (total: number, waves: readonly WaveSize[]) =>
  wavesOf(
    Array.from({ length: total }, (_, i) => i),
    waves,
  ).map((wave) => wave.length);

describe('waves', () => {
  // Measured with ansible-playbook 2.14 for the same serial lists.
  it.each([
    [10, [p(30)], [3, 3, 3, 1]],
    [10, [p(25)], [2, 2, 2, 2, 2]],
    [10, [n(1), n(5), n(10)], [1, 5, 4]],
    [10, [p(10), p(20), p(100)], [1, 2, 7]],
    [10, [n(1), p(50)], [1, 5, 4]],
    [3, [p(0)], [1, 1, 1]],
    [7, [n(0)], [7]],
    [100, [n(1), n(5), p(25), p(100)], [1, 5, 25, 69]],
    [5, [n(1), n(5), p(25), p(100)], [1, 4]],
    [0, [n(1)], []],
  ])('of %i hosts by %j are %j', (total, waves, expected) => {
    expect(sizes(total, waves)).toEqual(expected);
  });

  it.each([
    [p(2), 49, 0],
    [p(2), 50, 1],
    [p(100), 3, 3],
    [n(4), 2, 4],
    [p(0), 1000, 0],
    [p(29), 100, 29],
  ])('a limit of %j of %i hosts allows %i failures', (limit, total, expected) => {
    expect(failureBudget(limit, total)).toBe(expected);
  });
});
