import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RunEvent } from '../../src/domain/event.ts';
import type { WaveSize } from '../../src/domain/runbook.ts';
import { isSettled } from '../../src/domain/transaction.ts';
import { apply } from '../../src/engine/run-runbook.ts';
import { hostsIn } from '../../src/engine/waves.ts';
import { FATES, type Fate, fated } from './fates.ts';
import { events, lines, runbook } from './rig.ts';

/** Hosts that are announced and not settled, after each event, beside what their wave allows. */
function counted(all: readonly RunEvent[], size: WaveSize): readonly { readonly open: number; readonly most: number }[] {
  const open = new Set<string>();
  let most = 0;
  return all.map((event) => {
    if (event.type === 'wave.started') most = hostsIn(size, event.hosts.length);
    if (event.type === 'transaction.intended') open.add(event.host);
    if ((event.type === 'transaction.finished' || event.type === 'transaction.reported') && isSettled(event.state)) open.delete(event.host);
    return { open: open.size, most };
  });
}

const anySize: fc.Arbitrary<WaveSize> = fc.oneof(
  fc.integer({ min: 1, max: 6 }).map((hosts) => ({ hosts })),
  fc.integer({ min: 1, max: 100 }).map((percent) => ({ percent })),
);

describe('max_unavailable', () => {
  it('is never exceeded by hosts that are changed and not settled, whatever becomes of them, and is used as far as it goes', async () => {
    const used = new Set<boolean>();
    const heldWith = new Set<boolean>();
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.constantFrom(...FATES), { minLength: 1, maxLength: 12 }),
        anySize,
        fc.array(anySize, { minLength: 1, maxLength: 3 }),
        fc.integer({ min: 1, max: 8 }),
        async (fates, maxUnavailable, waves, parallel) => {
          const { ports, assignment } = fated(fates);
          const rollout = { waves, parallel, maxUnavailable, maxFailures: { percent: 100 }, verifyTimeoutMs: 0 };
          const all = await events(apply(assignment(runbook({ rollout })), ports));
          const counts = counted(all, maxUnavailable);
          for (const [index, { open, most }] of counts.entries()) {
            // What was left open by an earlier, larger wave is not undone; nothing is begun beside it.
            if (all[index]?.type === 'transaction.intended') expect(open).toBeLessThanOrEqual(most);
            used.add(open > 1 && open === most);
          }
          const held = all.find((event) => event.type === 'rollout.held');
          heldWith.add(held !== undefined);
          const left = all.flatMap((event) => (event.type === 'host.finished' && event.outcome === 'skipped' ? [event.host] : []));
          expect(held?.type === 'rollout.held' ? held.notStarted : []).toEqual(left);
          if (held?.type !== 'rollout.held') return;
          expect(held.unconfirmed).toBeGreaterThanOrEqual(held.maxUnavailable);
          expect(counts.at(-1)?.open).toBe(held.unconfirmed);
        },
      ),
      { numRuns: 300 },
    );
    expect([used, heldWith]).toEqual([new Set([false, true]), new Set([false, true])]);
  });

  it('begins a host when another one was confirmed or is back', async () => {
    const { ports, assignment } = fated(['fixed', 'ill', 'fixed']);
    const rollout = { maxUnavailable: { hosts: 1 }, maxFailures: { hosts: 1 }, verifyTimeoutMs: 0 };
    const all = lines(await events(apply(assignment(runbook({ rollout })), ports)));
    const moments = all.filter((line) => /do:|is (confirmed|rolled-back)/.test(line));
    expect(moments.map((line) => line.replace(/ do:.*/, ' is begun'))).toEqual([
      'h0 is begun',
      'h0 is confirmed',
      'h1 is begun',
      'h1 is rolled-back',
      'h2 is begun',
      'h2 is confirmed',
    ]);
  });

  it.each<[Fate, string]>([
    ['silent', 'unknown'],
    ['cannot go back', 'failed'],
  ])(
    'holds the rollout where a host is %s and so stays changed, within a wave and before the next, and names those not begun',
    async (fate, outcome) => {
      for (const waves of [[{ percent: 100 }], [{ hosts: 1 }]]) {
        const rollout = { waves, maxUnavailable: { hosts: 1 }, maxFailures: { hosts: 9 }, verifyTimeoutMs: 0 };
        const world = fated([fate, 'fixed', 'fixed']);
        const all = await events(apply(world.assignment(runbook({ rollout })), world.ports));
        expect(lines(all)).toContain(`h0 finished: ${outcome}`);
        expect(all.find(({ type }) => type === 'rollout.held')).toMatchObject({
          unconfirmed: 1,
          maxUnavailable: 1,
          notStarted: ['h1', 'h2'],
        });
        expect(lines(all)).toEqual(expect.arrayContaining(['h1 finished: skipped', 'h2 finished: skipped']));
        expect(all.filter(({ type }) => type === 'wave.started')).toHaveLength(1);
        expect(world.fleet.begins).toEqual(['h0 h0']);
      }
    },
  );

  it('does not hold where the last host of all is the one that stays changed', async () => {
    const { ports, assignment } = fated(['fixed', 'silent']);
    const all = await events(apply(assignment(runbook({ rollout: { maxUnavailable: { hosts: 1 }, maxFailures: { hosts: 9 } } })), ports));
    expect(all.filter(({ type }) => type === 'rollout.held')).toEqual([]);
    expect(lines(all).at(-1)).toBe('exit 4');
  });
});
