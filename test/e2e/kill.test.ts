import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { beforeEach, describe, expect, test } from 'vitest';
import type { RunEvent } from '../../src/domain/event.ts';
import { type Finished, runbook, start } from '../lab/command-line.ts';
import { type FileFacts, noPractice, onPractice, PracticeFleet } from './practice-fleet.ts';

const HOST = 'lab-2';

describe.skipIf(noPractice !== undefined)(onPractice('a controller that is killed (SIGKILL) in the middle of an apply'), async () => {
  const fleet = noPractice === undefined ? await PracticeFleet.up() : ({} as PracticeFleet);
  const apply = () => fleet.run('apply', '-l', HOST, '--json', '-y');
  let broken: FileFacts;
  let starts = 0;
  const again = async () => {
    fleet.forget();
    fleet.forgetRecords([HOST]);
    await fleet.break([HOST]);
    broken = fleet.flags(HOST);
    starts = fleet.starts(HOST);
  };
  beforeEach(again);
  const rollback = (run: string) => runbook(['rollback', run, ...fleet.hosts(), '-y']);
  const resume = (run: string) => runbook(['resume', run, ...fleet.hosts()]);

  /** How many lines an apply prints that nobody kills. */
  async function undisturbed(): Promise<number> {
    await again();
    const { out, err, code } = await runbook(apply());
    if (code !== 0) throw new Error(err);
    return out.trimEnd().split('\n').length;
  }
  const lines = noPractice === undefined ? await undisturbed() : 0;

  /** Starts an apply and kills its process once so many lines were read from it. */
  async function killedAfter(wanted: number): Promise<Finished> {
    const { child, finished } = start(apply());
    if (child.stdout === null) throw new Error('no output to read');
    let read = 0;
    // The launcher gives its place to node, so that the number of the process stays the same.
    if (wanted === 0) child.kill('SIGKILL');
    for await (const _line of createInterface(child.stdout)) {
      read += 1;
      if (read === wanted) child.kill('SIGKILL');
    }
    return await finished;
  }

  /** Old bytes, mode, owner and time; a kubelet that crash-loops with them; nothing left beside, armed or locked. */
  async function expectHostAsItWas(): Promise<void> {
    expect(fleet.flags(HOST)).toEqual(broken);
    expect(fleet.startedWith(HOST)).toContain('--improve-speed');
    while ((await fleet.kubelet(HOST)) !== 'activating (auto-restart)') await delay(50);
    expectNothingLeft();
  }

  async function expectHostFixed(): Promise<void> {
    expect(fleet.flags(HOST).text).not.toContain('--improve-speed');
    expect(fleet.starts(HOST) - starts).toBe(1);
    expect(await fleet.kubelet(HOST)).toBe('active (running)');
    expectNothingLeft();
  }

  function expectNothingLeft(): void {
    const { lock, leftovers } = fleet.record(HOST);
    expect({ lock: lock.filter((holder) => holder !== 'free'), leftovers }).toEqual({ lock: [], leftovers: [] });
  }

  test('before its first line: nothing was changed, and there is nothing to take back', async () => {
    await killedAfter(0);
    expect(await fleet.listed()).toEqual([]);
    await expectHostAsItWas();
  });

  // Each line in one of the two; test/faults/1 kills at the records of the journal.
  const oddLines = Array.from({ length: Math.ceil(lines / 2) }, (_, index) => 2 * index + 1);
  const evenLines = Array.from({ length: Math.floor(lines / 2) }, (_, index) => 2 * index + 2);

  test.for(oddLines)('after line %i: runs tells whether the host is in doubt, resume settles it, rollback takes it back', async (k) => {
    await killedAfter(k);
    await fleet.idle(HOST);
    const told = standing(await fleet.journal());
    const [run] = await fleet.listed();
    expect(run).toMatchObject({ live: false, ...told });
    const [state] = fleet.record(HOST).states;
    const kept = state === 'APPLIED' || state === 'CONFIRMED';

    // Never begun on the host, it is fenced: what was announced will not be done. That is an end, and no failure.
    expect(await resume(run?.run ?? '')).toMatchObject({ code: 0 });
    expect(fleet.record(HOST).states).toEqual(kept ? ['CONFIRMED'] : told.inDoubt.length > 0 ? ['ROLLEDBACK'] : []);
    await (kept ? expectHostFixed() : expectHostAsItWas());
    expect((await fleet.listed()).flatMap(({ inDoubt }) => inDoubt)).toEqual([]);

    const settled = fleet.tree(HOST);
    const again = await resume(run?.run ?? '');
    expect(again).toMatchObject({ code: 0, err: expect.stringContaining('is settled') });
    expect(fleet.tree(HOST)).toEqual(settled);

    expect(await rollback(run?.run ?? '')).toMatchObject({ code: 0 });
    await expectHostAsItWas();
    const old = fleet.tree(HOST);
    expect(await rollback(run?.run ?? '')).toMatchObject({ code: 0 });
    expect(fleet.tree(HOST)).toEqual(old);
    expect(fleet.starts(HOST) - starts).toBe(kept ? 2 : 0);
  });

  test.for(evenLines)('after line %i: rollback alone takes back what was done, without any resume', async (k) => {
    await killedAfter(k);
    await fleet.idle(HOST);
    const [run] = await fleet.listed();
    const [state] = fleet.record(HOST).states;
    expect(await rollback(run?.run ?? '')).toMatchObject({ code: 0 });
    await expectHostAsItWas();
    // What was not confirmed the host takes back itself; what was, is taken back by a transaction of its own.
    const states = fleet.record(HOST).states;
    if (state === 'APPLIED') expect(states).toEqual(['ROLLEDBACK']);
    if (state === 'CONFIRMED') expect(states).toEqual(['CONFIRMED', 'CONFIRMED']);
    expect(fleet.starts(HOST) - starts).toBe(state === undefined ? 0 : 2);
    expect((await fleet.listed()).flatMap(({ inDoubt }) => inDoubt)).toEqual([]);
    const old = fleet.tree(HOST);
    expect(await rollback(run?.run ?? '')).toMatchObject({ code: 0 });
    expect(fleet.tree(HOST)).toEqual(old);
  });
});

/** What `runs` must say of a run with such a journal: a host is in doubt from the announcement until it has said how it ended. */
function standing(events: readonly RunEvent[]): { readonly state: string; readonly inDoubt: readonly string[] } {
  const has = (type: RunEvent['type']) => events.some((event) => event.type === type);
  if (has('run.finished')) return { state: 'finished', inDoubt: [] };
  if (has('transaction.intended') && !has('transaction.reported')) return { state: 'in-doubt', inDoubt: [HOST] };
  return { state: 'interrupted', inDoubt: [] };
}
