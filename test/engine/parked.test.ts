import { expect, test } from 'vitest';
import type { RunEvent } from '../../src/domain/event.ts';
import { apply } from '../../src/engine/run-runbook.ts';
import { FILE, host, lines, rig, runbook } from './rig.ts';

/** A host that is cut off once it was changed, and whose every answer is waited for as long as a test wants. */
function hung(fates: { readonly answersAgain: boolean }) {
  const made = rig(['a', 'b', 'c', 'd'].map((name) => host(name)));
  const { fleet } = made;
  fleet.cuts.set('a', 'after');
  fleet.host('a').hooks.beforeApply = () => fleet.setReachable('a', false);
  // `a` is silent until the others are done, however long it is asked meanwhile.
  const others = () => ['b', 'c', 'd'].every((name) => fleet.host(name).text(FILE)?.includes('good'));
  const clock = {
    ...made.ports.clock,
    sleep: async (ms: number, signal?: AbortSignal) => {
      await made.ports.clock.sleep(ms, signal);
      if (fates.answersAgain && others()) fleet.setReachable('a', true);
    },
  };
  return { ...made, ports: { ...made.ports, clock } };
}

const run = async (made: ReturnType<typeof hung>, rollout: Parameters<typeof runbook>[0]) => {
  const all: RunEvent[] = [];
  for await (const batch of apply(made.assignment(runbook(rollout)), made.ports)) all.push(...batch);
  return lines(all);
};

const WAVES = { waves: [{ hosts: 1 }, { hosts: 1 }, { hosts: 2 }], verifyTimeoutMs: 0, recheck: false };

test('a host that hangs is waited for by no wave, and its end is heard of before that of the run', async () => {
  const told = await run(hung({ answersAgain: false }), { rollout: { ...WAVES, maxFailures: { hosts: 1 } } });
  expect(told.indexOf('wave 1 ended: 1 failures of 1')).toBeGreaterThan(told.indexOf('a host.parked'));
  expect(told.indexOf('b finished: fixed')).toBeLessThan(told.indexOf('a finished: unknown'));
  expect(told.indexOf('wave 3/3: c d')).toBeLessThan(told.indexOf('a finished: unknown'));
  expect(told.slice(-2)).toEqual(['wave 3 ended: 1 failures of 1', 'exit 4']);
});

test('a host that hangs counts as a failure, and no further wave begins where none may fail', async () => {
  const told = await run(hung({ answersAgain: false }), { rollout: WAVES });
  expect(told).toEqual(
    expect.arrayContaining(['a host.parked', 'wave 1 ended: 1 failures of 0', 'budget.exceeded', 'a finished: unknown']),
  );
  expect(told.indexOf('budget.exceeded')).toBeLessThan(told.indexOf('a finished: unknown'));
  expect(told).not.toContain('b host.started');
});

test('a host that answers again is verified and confirmed, and was no failure', async () => {
  const told = await run(hung({ answersAgain: true }), { rollout: { ...WAVES, maxFailures: { hosts: 1 }, commitConfirmMs: 600_000 } });
  expect(told.indexOf('a host.parked')).toBeLessThan(told.indexOf('b finished: fixed'));
  expect(told.indexOf('a finished: fixed')).toBeGreaterThan(told.indexOf('b finished: fixed'));
  expect(told.slice(-2)).toEqual(['wave 3 ended: 0 failures of 1', 'exit 0']);
});

test('a host that hangs takes one of the places of max_unavailable, and leaves the others to the rest', async () => {
  const rollout = { ...WAVES, waves: [{ hosts: 3 }, { hosts: 1 }], parallel: 1, maxFailures: { hosts: 1 } };
  const two = await run(hung({ answersAgain: false }), { rollout: { ...rollout, maxUnavailable: { hosts: 2 } } });
  expect(two.filter((line) => line.endsWith('finished: fixed'))).toHaveLength(3);
  const one = await run(hung({ answersAgain: false }), { rollout: { ...rollout, maxUnavailable: { hosts: 1 } } });
  expect(one).toContain('rollout.held');
  expect(one).not.toContain('b host.started');
});
