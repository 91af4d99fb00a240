import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { WaveSize } from '../../src/domain/runbook.ts';
import { failureBudget, wavesOf } from '../../src/engine/waves.ts';

const n = (hosts: number): WaveSize => ({ hosts });
const p = (percent: number): WaveSize => ({ percent });
const sizes = (total: number, waves: readonly WaveSize[]) =>
  wavesOf(
    Array.from({ length: total }, (_, i) => i),
    { waves, confirm: 'run' },
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

describe('zones', () => {
  const anyFleet = fc.array(fc.constantFrom('x', 'y', 'z'), { maxLength: 40 });
  const anySize = fc.oneof(fc.integer({ min: 1, max: 9 }).map(n), fc.integer({ min: 1, max: 100 }).map(p));

  it('no wave has hosts of two, hosts go zone by zone, none is left out, and no wave is larger than its size', () => {
    fc.assert(
      fc.property(anyFleet, fc.array(anySize, { minLength: 1, maxLength: 4 }), (zones, waves) => {
        const hosts = zones.map((zone, index) => ({ zone, index }));
        const cut = wavesOf(hosts, { waves, confirm: 'run' }, ({ zone }) => zone);
        for (const wave of cut) expect(new Set(wave.map(({ zone }) => zone)).size).toBe(1);
        expect(
          cut
            .flat()
            .map(({ index }) => index)
            .sort((a, b) => a - b),
        ).toEqual(hosts.map(({ index }) => index));
        const order = cut.map(([first]) => first?.zone).filter((zone, index, all) => zone !== all[index - 1]);
        expect(order).toEqual([...new Set(zones)]);
        for (const [index, wave] of cut.entries()) {
          const size = waves[Math.min(index, waves.length - 1)] ?? n(1);
          expect(wave.length).toBeLessThanOrEqual(
            'hosts' in size ? size.hosts : Math.max(1, Math.floor((size.percent / 100) * hosts.length)),
          );
        }
      }),
    );
  });

  it.each([
    ['one after the other', ['x', 'y', 'x', 'y', 'x'], [n(1), p(100)], [1, 2, 2]],
    ['the canaries of one zone alone', ['x', 'y', 'x', 'x', 'y'], [n(1), n(5)], [1, 2, 2]],
  ])('are walked %s', (_, zones, waves, expected) => {
    expect(wavesOf(zones, { waves, confirm: 'run' }, (zone) => zone).map((wave) => wave.length)).toEqual(expected);
  });
});
