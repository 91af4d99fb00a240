import { describe, expect, it } from 'vitest';
import type { RunEvent } from '../../src/domain/event.ts';
import type { Outcome } from '../../src/domain/plan.ts';
import type { TransactionState } from '../../src/domain/transaction.ts';
import { resume, type Unsettled } from '../../src/engine/run-resume.ts';
import { rollBack } from '../../src/engine/run-rollback.ts';
import { apply } from '../../src/engine/run-runbook.ts';
import { inDoubt } from '../../src/views/in-doubt.ts';
import { recordRun } from '../../src/views/run-record.ts';
import { undoLog } from '../../src/views/undo-log.ts';
import { inventoryHost } from '../fakes/fake-fleet.ts';
import type { FakeHost } from '../fakes/fake-host.ts';
import { arrives, cutOff, unsettledOf } from './cut-off.ts';
import { events, FILE, host, lines, rig, runbook } from './rig.ts';

const BOOK = runbook({ rollout: { verifyTimeoutMs: 0 } });

/** A run of one host that was cut off after it was announced; `happens` to the host since. */
async function cut(afterFix: string, happens: (fake: FakeHost) => unknown, arrived = true) {
  const fake = host('a', 'mode=bad\n', afterFix);
  const before = fake.look(FILE);
  const world = rig([fake]);
  const record = await cutOff(apply(world.assignment(BOOK), world.ports), 'transaction.intended');
  if (arrived) await arrives(fake, record);
  await happens(fake);
  const begun = world.fleet.begins.length;
  const { length: transactions } = fake.transactions;
  const go = async (more: Partial<Unsettled> = {}) => {
    const unsettled = unsettledOf(record, BOOK).map((one) => ({ ...one, ...more }));
    const all = await events(resume({ operator: 'bo', hosts: ['a'], outcomes: new Map(), runbook: BOOK }, unsettled, world.ports));
    // Whatever is done, a transaction is never sent again.
    expect([world.fleet.begins.length, fake.transactions.length]).toEqual([begun, transactions]);
    const finished = all.find((event) => event.type === 'host.finished');
    return { all, told: lines(all), reason: finished?.type === 'host.finished' ? finished.reason : undefined };
  };
  return { fake, world, record, before, go };
}

const state = (is: TransactionState) => (fake: FakeHost) => fake.states.set('a', is);
const masked = (fake: FakeHost) => fake.setUnit('app.service', { LoadState: 'masked', ActiveState: 'inactive' });

describe('a host of a run that was cut off', () => {
  it.each<[string, string, boolean, (fake: FakeHost) => unknown, readonly string[], Outcome, number, string]>([
    ['has no record', 'well', false, () => {}, ['a is none'], 'skipped', 0, 'mode=bad\n'],
    ['was only armed', 'well', false, state('armed'), ['a is rolled-back'], 'rolled-back', 3, 'mode=bad\n'],
    ['came to a halt', 'well', true, state('applying'), ['a is rolled-back'], 'rolled-back', 3, 'mode=bad\n'],
    [
      'was applied, and is well',
      'well',
      true,
      () => {},
      ['a is applied', 'a verify 1: holds', 'a confirm.intended', 'a is confirmed'],
      'fixed',
      0,
      'mode=good\n',
    ],
    [
      'was applied, and is ill',
      'still ill',
      true,
      () => {},
      ['a is applied', 'a verify 1: it is still ill', 'a undo.intended', 'a is rolled-back'],
      'rolled-back',
      3,
      'mode=bad\n',
    ],
    [
      'was applied, and cannot be asked',
      'mute',
      true,
      () => {},
      ['a is applied', 'a verify 1: nobody answers', 'a undo.intended', 'a is rolled-back'],
      'rolled-back',
      3,
      'mode=bad\n',
    ],
    ['was confirmed', 'well', true, (fake) => fake.confirm('a'), ['a is confirmed'], 'fixed', 0, 'mode=good\n'],
    ['has taken itself back', 'well', true, (fake) => fake.expire('a'), ['a is rolled-back'], 'rolled-back', 3, 'mode=bad\n'],
    ['goes on taking itself back', 'well', true, (fake) => [masked(fake), fake.expire('a')], ['a is rolling'], 'failed', 3, 'mode=bad\n'],
    [
      'met an edit of somebody else',
      'well',
      true,
      (fake) => [fake.write(FILE, 'mine\n'), fake.expire('a')],
      ['a is conflict'],
      'conflict',
      3,
      'mine\n',
    ],
  ])('that %s (%s) is settled by its own record', async (_, afterFix, arrived, happens, told, outcome, code, text) => {
    const { fake, record, go } = await cut(afterFix, happens, arrived);
    const { all, told: said, reason } = await go();
    expect(said).toEqual(['run.resumed', 'a host.started', ...told, `a finished: ${outcome}`, `exit ${code}`]);
    expect(fake.text(FILE)).toBe(text);
    expect(reason === undefined).toBe(outcome === 'fixed');
    if (afterFix === 'well' && ['rolled-back', 'failed', 'conflict'].includes(outcome))
      expect(reason?.message).toMatch(outcome === 'rolled-back' ? /^the run was cut off$/ : /^the run was cut off; rolling back: /);
    const open = outcome === 'failed' ? ['a'] : [];
    expect(inDoubt([...record, ...all]).map((each) => each.host)).toEqual(open);
    expect(recordRun([...record, ...all]).endings).toMatchObject([{ host: 'a', outcome }]);
  });

  it('is waited for while it is at work, and then verified', async () => {
    let asked = 0;
    const { world, go } = await cut('well', (fake) => {
      fake.states.set('a', 'applying');
      fake.atWork.add('a');
      fake.hooks.reporting = () => {
        asked += 1;
        if (asked === 3) fake.states.set('a', 'applied');
      };
    });
    expect((await go()).told).toContain('a finished: fixed');
    expect(world.slept).toEqual([2_000, 2_000]);
  });

  it('that never began is fenced, so that a script which is still on its way finds that it was given up', async () => {
    const { fake, record, go } = await cut('well', () => {}, false);
    const { reason } = await go();
    const message = 'the run was cut off before the host had begun; nothing was changed on it, and nothing will be';
    expect(reason).toEqual({ code: 'interrupted', message });
    await arrives(fake, record);
    expect([fake.transactions, fake.text(FILE)]).toEqual([[], 'mode=bad\n']);
  });

  it('is taken back, bytes and times, where what verify needs is not known any more', async () => {
    const { fake, before, record } = await cut('well', () => {});
    const [one] = unsettledOf(record, BOOK);
    const { context: _, ...bare } = one ?? expect.unreachable();
    const { ports } = rig([fake]);
    for (const [resumption, unsettled] of [
      [{ runbook: BOOK }, bare],
      [{}, one ?? bare],
    ] as const) {
      fake.states.set('a', 'applied');
      const all = await events(resume({ operator: 'bo', hosts: ['a'], outcomes: new Map(), ...resumption }, [unsettled], ports));
      expect(lines(all)).toEqual(expect.arrayContaining(['a undo.intended', 'a is rolled-back', 'a finished: rolled-back']));
      expect(all.find(({ type }) => type === 'host.finished')).toMatchObject({
        reason: { code: 'interrupted', message: 'the run was cut off, and it cannot be verified any more' },
      });
      expect(fake.look(FILE)).toEqual(before);
      fake.write(FILE, 'mode=good\n');
    }
  });

  it('is verified over a connection that is opened anew, as the run itself does', async () => {
    const { world, go } = await cut('well', () => {});
    const { length } = world.fleet.calls;
    await go();
    expect(world.fleet.calls.slice(length)).toEqual(['read a', 'close a', 'read a', 'write a', 'close a']);
  });

  it('is rolled back as expired where its time is up before verify is done', async () => {
    const { fake, go } = await cut('well', (each) => {
      each.hooks.answer = () => void (each.states.get('a') === 'applied' && each.expire('a'));
      each.hooks.restarted = () => void each.programs.set('how', { stdout: 'well' });
    });
    const { told, reason } = await go();
    expect(told.slice(-4)).toEqual(['a confirm.intended', 'a is rolled-back', 'a finished: rolled-back', 'exit 3']);
    expect([reason?.code, fake.text(FILE)]).toEqual(['expired', 'mode=bad\n']);
  });

  it.each([
    ['while its time runs', 60_000, 90_000],
    ['long after its time', -3_600_000, 30_000],
  ])('that does not answer (%s) stays unknown, and is waited for until it must have answered', async (_, leftMs, ms) => {
    const { world, record, go } = await cut('well', () => {});
    world.fleet.setReachable('a', false);
    const { all, told, reason } = await go({ leftMs });
    expect(told).toEqual(['run.resumed', 'a host.started', 'a host.parked', 'a finished: unknown', 'exit 4']);
    expect(reason?.code).toBe('unreachable');
    const waited = world.slept.reduce((sum, each) => sum + each, 0);
    expect([waited > ms, waited <= ms + 2_000]).toEqual([true, true]);
    expect(inDoubt([...record, ...all]).map((each) => each.host)).toEqual(['a']);
  });

  it('in whose place another machine answers is left alone, at once', async () => {
    const { fake, world, go } = await cut('well', () => {});
    const { told, reason } = await go({ machineId: 'f'.repeat(32) });
    expect(told.slice(1)).toEqual(['a host.started', 'a finished: unknown', 'exit 4']);
    expect(reason).toMatchObject({ code: 'conflict', message: expect.stringContaining('another machine answers') });
    expect([fake.settled, world.slept, fake.text(FILE)]).toEqual([[], [], 'mode=good\n']);
  });
});

describe('a rollback that was cut off', () => {
  it.each<[string, (fake: FakeHost) => unknown, readonly string[], Outcome, string]>([
    [
      'was applied, is confirmed without a verify',
      () => {},
      ['a is applied', 'a confirm.intended', 'a is confirmed'],
      'rolled-back',
      'mode=bad\n',
    ],
    ['was confirmed', (fake) => fake.confirm('u-a'), ['a is confirmed'], 'rolled-back', 'mode=bad\n'],
    ['was taken back itself, has failed', (fake) => fake.expire('u-a'), ['a is rolled-back'], 'failed', 'mode=good\n'],
  ])('and %s', async (_, happens, told, outcome, text) => {
    const fake = host('a');
    const world = rig([fake]);
    const done = await events(apply(world.assignment(), world.ports));
    const undoables = undoLog(done).map((entry) => ({ ...entry, host: inventoryHost('a') }));
    const ports = { ...world.ports, transactionId: (name: string) => `u-${name}` };
    const first = await cutOff(rollBack({ ...world.head, kind: 'rollback', of: 'r1' }, undoables, ports), 'transaction.intended');
    await arrives(fake, first);
    await happens(fake);
    const all = await events(resume({ operator: 'bo', hosts: ['a'], outcomes: new Map() }, unsettledOf(first, BOOK), ports));
    expect(lines(all).slice(1, -1)).toEqual(['a host.started', ...told, `a finished: ${outcome}`]);
    expect([fake.text(FILE), fake.transactions.length]).toEqual([text, 2]);
    expect(undoLog([...done, ...first, ...all]).length).toBe(outcome === 'failed' ? 1 : 0);
  });

  it('before it began has failed, for the changes stand', async () => {
    const fake = host('a');
    const world = rig([fake]);
    const done = await events(apply(world.assignment(), world.ports));
    const undoables = undoLog(done).map((entry) => ({ ...entry, host: inventoryHost('a') }));
    const ports = { ...world.ports, transactionId: (name: string) => `u-${name}` };
    const first = await cutOff(rollBack({ ...world.head, kind: 'rollback', of: 'r1' }, undoables, ports), 'transaction.intended');
    const all = await events(resume({ operator: 'bo', hosts: ['a'], outcomes: new Map() }, unsettledOf(first, BOOK), ports));
    expect(lines(all).slice(2)).toEqual(['a is none', 'a finished: failed', 'exit 3']);
    expect(undoLog([...done, ...first, ...all]).map(({ tx }) => tx)).toEqual(['a']);
  });
});

describe('a run that is taken up again', () => {
  async function three(): Promise<{ world: ReturnType<typeof rig>; record: readonly RunEvent[] }> {
    const world = rig(['a', 'b', 'c'].map((name) => host(name)));
    const record = await cutOff(
      apply(world.assignment(runbook({ rollout: { waves: [{ hosts: 1 }, { hosts: 2 }] } })), world.ports),
      'wave.finished',
    );
    return { world, record };
  }

  it('begins no host that was not begun, and names every host with its outcome in its last event', async () => {
    const { world, record } = await three();
    const resumption = { operator: 'bo', hosts: ['a', 'b', 'c'], outcomes: new Map<string, Outcome>([['a', 'fixed']]), runbook: BOOK };
    const all = await events(resume(resumption, unsettledOf(record, BOOK), world.ports));
    expect(all[0]).toMatchObject({ type: 'run.resumed', operator: 'bo', hosts: [] });
    expect(all.at(-1)).toMatchObject({ type: 'run.finished', outcomes: { a: 'fixed', b: 'skipped', c: 'skipped' } });
    expect(world.fleet.begins).toEqual(['a a']);
  });

  it.each(['an interrupt', 'a bug'])('and is stopped by %s leaves hosts unknown that it did not ask, not skipped', async (what) => {
    const { fake, world, record } = await cut('well', () => {});
    const one = unsettledOf(record, BOOK)[0] ?? expect.unreachable();
    const two = [one, { ...one, host: inventoryHost('b'), tx: 'b' }];
    const all: RunEvent[] = [];
    if (what === 'an interrupt') world.stop.abort('SIGINT');
    fake.hooks.reporting = () => {
      throw new Error('a bug');
    };
    const drive = async () => {
      const resumption = { operator: 'bo', hosts: ['a', 'b', 'c'], outcomes: new Map<string, Outcome>([['c', 'fixed']]), runbook: BOOK };
      for await (const batch of resume(resumption, what === 'a bug' ? two.slice(0, 1) : two, world.ports)) all.push(...batch);
    };
    if (what === 'a bug') await expect(drive()).rejects.toThrow('a bug');
    else await drive();
    const ended = all.at(-1);
    expect(ended).toMatchObject({
      type: 'run.finished',
      outcomes: what === 'a bug' ? { a: 'unknown', b: 'skipped', c: 'fixed' } : { a: 'unknown', b: 'unknown', c: 'fixed' },
      exitCode: what === 'a bug' ? 70 : 130,
    });
    for (const event of all)
      if (event.type === 'host.finished' && event.outcome === 'unknown') expect(event.reason?.message).not.toContain('nothing was changed');
  });
});
