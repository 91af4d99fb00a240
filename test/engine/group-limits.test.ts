import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RunEvent } from '../../src/domain/event.ts';
import { isSettled } from '../../src/domain/transaction.ts';
import type { GroupLimit } from '../../src/engine/roll-out.ts';
import { apply } from '../../src/engine/run-runbook.ts';
import { FATES, fated } from './fates.ts';
import { events, lines, runbook } from './rig.ts';

const limit = (group: string, most: number, hosts: readonly string[]): GroupLimit => ({ group, most, hosts: new Set(hosts) });

/** The most hosts of a group that were announced and not settled at the same time. */
function mostOpen(all: readonly RunEvent[], { hosts }: GroupLimit): number {
  const open = new Set<string>();
  let most = 0;
  for (const event of all) {
    if (event.type === 'transaction.intended' && hosts.has(event.host)) open.add(event.host);
    if ((event.type === 'transaction.finished' || event.type === 'transaction.reported') && isSettled(event.state)) open.delete(event.host);
    most = Math.max(most, open.size);
  }
  return most;
}

describe("a group's own limit", () => {
  it('is never exceeded, whatever becomes of hosts, and every host has an end', async () => {
    const held = new Set<boolean>();
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.constantFrom(...FATES), fc.constantFrom('a', 'b', 'both', 'none')), { minLength: 1, maxLength: 12 }),
        fc.integer({ min: 1, max: 3 }),
        fc.integer({ min: 1, max: 8 }),
        async (drawn, most, parallel) => {
          const { ports, assignment } = fated(drawn.map(([fate]) => fate));
          const names = (group: string) => drawn.flatMap(([, of], index) => (of === group || of === 'both' ? [`h${index}`] : []));
          const limits = [limit('a', 1, names('a')), limit('b', most, names('b'))];
          const rollout = { waves: [{ percent: 100 }], parallel, maxFailures: { percent: 100 }, verifyTimeoutMs: 0 };
          const all = await events(apply({ ...assignment(runbook({ rollout })), limits }, ports));
          for (const each of limits) expect(mostOpen(all, each)).toBeLessThanOrEqual(each.most);
          expect(all.filter(({ type }) => type === 'host.finished')).toHaveLength(drawn.length);
          const stopped = all.find((event) => event.type === 'rollout.held');
          held.add(stopped !== undefined);
          const left = all.flatMap((event) => (event.type === 'host.finished' && event.outcome === 'skipped' ? [event.host] : []));
          expect(stopped?.type === 'rollout.held' ? stopped.notStarted : []).toEqual(left);
        },
      ),
      { numRuns: 300 },
    );
    expect(held).toEqual(new Set([false, true]));
  });

  it('lets one host at a time go down, while hosts of other groups go on', async () => {
    const { ports, assignment } = fated(['fixed', 'fixed', 'fixed', 'fixed']);
    const rollout = { waves: [{ percent: 100 }], parallel: 4, verifyTimeoutMs: 0 };
    const limits = [limit('etcd', 1, ['h0', 'h1', 'h2'])];
    const all = lines(await events(apply({ ...assignment(runbook({ rollout })), limits }, ports)));
    const moments = all.filter((line) => /^h[012] (do:|is confirmed)/.test(line)).map((line) => line.replace(/ do:.*/, ' is begun'));
    expect(moments).toEqual(['h0 is begun', 'h0 is confirmed', 'h1 is begun', 'h1 is confirmed', 'h2 is begun', 'h2 is confirmed']);
    expect(all.findIndex((line) => /^h3 do:/.test(line))).toBeLessThan(all.indexOf('h0 is confirmed'));
  });

  it('holds the rollout where a host of it stays changed, and says whose limit it is', async () => {
    const { ports, assignment } = fated(['silent', 'fixed', 'fixed']);
    const rollout = { waves: [{ percent: 100 }], parallel: 4, maxFailures: { hosts: 9 }, verifyTimeoutMs: 0 };
    const all = await events(apply({ ...assignment(runbook({ rollout })), limits: [limit('etcd', 1, ['h0', 'h1'])] }, ports));
    expect(lines(all)).toEqual(expect.arrayContaining(['h0 finished: unknown', 'h1 finished: skipped', 'h2 finished: fixed']));
    expect(all.find(({ type }) => type === 'rollout.held')).toMatchObject({
      group: 'etcd',
      unconfirmed: 1,
      maxUnavailable: 1,
      notStarted: ['h1'],
    });
  });
});
