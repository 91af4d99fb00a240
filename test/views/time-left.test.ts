import { expect, test } from 'vitest';
import { timeLeft, timeLeftByRate } from '../../src/views/time-left.ts';

test.each([
  ['nothing has ended', { all: 100, ended: 0, underWay: 10, agesMs: 50_000, tookMs: 0, most: 10 }, undefined],
  ['two have, which says little', { all: 100, ended: 2, underWay: 10, agesMs: 0, tookMs: 40_000, most: 10 }, undefined],
  ['the only other one is half-way', { all: 2, ended: 1, underWay: 1, agesMs: 10_000, tookMs: 20_000, most: 1 }, undefined],
  ['90 go ten at a time, for 20 s each', { all: 100, ended: 10, underWay: 0, agesMs: 0, tookMs: 200_000, most: 10 }, 180_000],
  ['ten of them are half-way', { all: 100, ended: 10, underWay: 10, agesMs: 100_000, tookMs: 200_000, most: 10 }, 170_000],
  ['the last one takes longer than the others did', { all: 10, ended: 9, underWay: 1, agesMs: 60_000, tookMs: 180_000, most: 5 }, 0],
  ['all have ended', { all: 10, ended: 10, underWay: 0, agesMs: 0, tookMs: 180_000, most: 5 }, undefined],
])('of a wave: %s', (_, pace, left) => {
  expect(timeLeft(pace)).toBe(left);
});

test.each([
  [100, 0, 10_000, undefined],
  [100, 2, 10_000, undefined],
  [100, 50, 10_000, 10_000],
  [5_000, 500, 20_000, 180_000],
  [100, 100, 10_000, undefined],
])('of %i hosts %i were looked at in %i ms, the others take %s', (all, ended, sinceMs, left) => {
  expect(timeLeftByRate(all, ended, sinceMs)).toBe(left);
});
