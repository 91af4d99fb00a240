import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { byMoment } from '../../src/engine/jitter.ts';
import type { Control } from '../../src/engine/ports.ts';
import { apply } from '../../src/engine/run-runbook.ts';
import { events, host, lines, rig, runbook } from './rig.ts';

const idOf = (name: string) => createHash('sha256').update(name).digest('hex').slice(0, 32);
const hosts = (names: readonly string[]) => names.map((name) => ({ name }));

describe('moments within a time', () => {
  test('are within it, in order, one for each host, and the same for the same transactions', () => {
    const clock = { now: () => 0, elapsed: () => 1_000, sleep: async () => {} };
    fc.assert(
      fc.property(fc.uniqueArray(fc.string({ minLength: 1 }), { maxLength: 30 }), fc.integer({ min: 1, max: 100_000 }), (names, within) => {
        const moments = byMoment(hosts(names), within, { clock, transactionId: idOf });
        expect(moments.map(({ of }) => of.name).sort()).toEqual([...names].sort());
        for (const { at } of moments) expect(at >= 1_000 && at < 1_000 + within).toBe(true);
        expect(moments.map(({ at }) => at)).toEqual(moments.map(({ at }) => at).sort((one, other) => one - other));
        expect(byMoment(hosts(names), within, { clock, transactionId: idOf })).toEqual(moments);
      }),
    );
  });

  test('without one hosts stand as they stood, and begin at once', () => {
    const clock = { now: () => 0, elapsed: () => 7, sleep: async () => {} };
    expect(byMoment(hosts(['b', 'a']), 0, { clock, transactionId: idOf })).toEqual([
      { of: { name: 'b' }, at: 7 },
      { of: { name: 'a' }, at: 7 },
    ]);
  });
});

const NAMES = ['a', 'b', 'c', 'd', 'e'];
const JITTERED = runbook({ rollout: { jitterMs: 30_000, parallel: 2 } });

test('hosts of a wave begin at their moments, and all are fixed', async () => {
  const { ports, assignment, slept } = rig(NAMES.map((name) => host(name)));
  const all = lines(await events(apply(assignment(JITTERED), { ...ports, transactionId: idOf })));
  expect(all.filter((line) => line.endsWith('finished: fixed'))).toHaveLength(5);
  expect(slept.some((ms) => ms > 0 && ms < 30_000)).toBe(true);
});

test('a host whose moment comes while the run is paused is begun once it is continued', async () => {
  const { ports, assignment } = rig(NAMES.map((name) => host(name)));
  let by: string | undefined;
  const control: Control = {
    ...ports.control,
    pausedBy: () => by,
    changed: async () => {
      by = undefined;
    },
  };
  let times = 0;
  const clock = {
    ...ports.clock,
    sleep: async (ms: number, signal?: AbortSignal) => {
      times += 1;
      if (times === 2) by = 'bob';
      return ports.clock.sleep(ms, signal);
    },
  };
  const all = lines(await events(apply(assignment(JITTERED), { ...ports, clock, control, transactionId: idOf })));
  expect(all).toContain('rollout.paused');
  expect(all.filter((line) => line.endsWith('finished: fixed'))).toHaveLength(5);
});

test('a run that is stopped before the moment of its first host changes nothing', async () => {
  const { ports, assignment, stop, fleet } = rig(NAMES.map((name) => host(name)));
  const clock = { ...ports.clock, sleep: async () => stop.abort('SIGINT') };
  const all = lines(await events(apply(assignment(JITTERED), { ...ports, clock, transactionId: idOf })));
  expect(all.filter((line) => line.endsWith('finished: skipped'))).toHaveLength(5);
  expect(fleet.begins).toEqual([]);
});
