import { describe, expect, it } from 'vitest';
import type { Change } from '../../src/domain/change.ts';
import type { EventBody, RunEvent } from '../../src/domain/event.ts';
import type { ChangeResult } from '../../src/domain/transaction.ts';
import { rollBack } from '../../src/engine/run-rollback.ts';
import { apply } from '../../src/engine/run-runbook.ts';
import { inDoubt } from '../../src/views/in-doubt.ts';
import { undoLog } from '../../src/views/undo-log.ts';
import { type Cut, inventoryHost } from '../fakes/fake-fleet.ts';
import { RESTART } from '../ui/streams.ts';
import { arrives, cutOff } from './cut-off.ts';
import { events, FILE, host, lines, rig } from './rig.ts';

function world(afterFix?: string) {
  const fake = host('a', 'mode=bad\n', afterFix);
  const made = rig([fake]);
  const run = () => apply(made.assignment(), made.ports);
  /** A rollback of what is recorded; its transaction is `RUN-a`. */
  const back = (record: readonly RunEvent[], id = 'u') => {
    const undoables = undoLog(record).map((entry) => ({ ...entry, host: inventoryHost(entry.host) }));
    const ports = { ...made.ports, transactionId: (name: string) => `${id}-${name}` };
    return rollBack({ ...made.head, run: id, kind: 'rollback', of: 'r1' }, undoables, ports);
  };
  return { ...made, fake, run, back };
}

const reasonOf = (all: readonly RunEvent[]) => all.flatMap((event) => (event.type === 'host.finished' ? [event.reason] : []))[0];

describe('a rollback of a run that was cut off asks the host, and', () => {
  it('leaves one alone that has never begun, after which it is in doubt no more', async () => {
    const { fake, fleet, run, back } = world();
    const done = await cutOff(run(), 'transaction.intended');
    const all = await events(back(done));
    expect(lines(all).slice(1)).toEqual(['a is none', 'a planned: healthy', 'a finished: healthy', 'exit 0']);
    expect([fleet.begins, fake.settled]).toEqual([[], []]);
    expect([inDoubt(done).length, inDoubt([...done, ...all])]).toEqual([1, []]);
  });

  it('leaves one alone that has taken itself back, after which it is in doubt no more', async () => {
    const { fake, fleet, run, back } = world();
    const done = await cutOff(run(), 'verify.attempted');
    fake.expire('a');
    const all = await events(back(done));
    expect(lines(all).slice(1, 4)).toEqual(['a is rolled-back', 'a planned: healthy', 'a finished: healthy']);
    expect([fleet.begins, fake.settled]).toEqual([['a a'], []]);
    expect([inDoubt([...done, ...all]), undoLog([...done, ...all])]).toEqual([[], []]);
  });

  it('has one take itself back at once that waits to be confirmed: nothing is sent anew', async () => {
    const { fake, fleet, run, back } = world();
    const before = fake.look(FILE);
    const done = await cutOff(run(), 'verify.attempted');
    const all = await events(back(done));
    expect(lines(all)).toEqual(expect.arrayContaining(['a planned: would-fix', 'a is applied', 'a undo.intended', 'a is rolled-back']));
    expect(lines(all)).toContain('a finished: rolled-back');
    expect([fleet.begins, fake.settled, fake.look(FILE)]).toEqual([['a a'], ['undo a'], before]);
    expect(undoLog([...done, ...all])).toEqual([]);
  });

  it('takes one back by its inverses whose confirm was carried out, and not recorded', async () => {
    const { fake, fleet, run, back } = world();
    const done = await cutOff(run(), 'confirm.intended');
    await fake.confirm('a');
    const all = await events(back(done));
    expect(lines(all)).toEqual(expect.arrayContaining(['a is confirmed', 'a undo: /etc/app.conf, restart', 'a finished: rolled-back']));
    expect([fleet.begins, fake.text(FILE)]).toEqual([['a a', 'a u-a'], 'mode=bad\n']);
    expect([inDoubt([...done, ...all]), undoLog([...done, ...all])]).toEqual([[], []]);
  });

  it('takes one back by its inverses that has lost its record, for its files tell', async () => {
    const { fake, run, back } = world();
    const done = await cutOff(run(), 'verify.attempted');
    fake.states.clear();
    const all = await events(back(done));
    expect(lines(all)).toEqual(expect.arrayContaining(['a undo: /etc/app.conf, restart', 'a finished: rolled-back']));
    expect(lines(all)).not.toContain('a is none');
    expect(fake.text(FILE)).toBe('mode=bad\n');
  });

  it('undoes no command that was never run, once a person has put the files right after a conflict', async () => {
    const { fake, head, back } = world();
    const command: Change = { kind: 'command', argv: ['do'], timeoutMs: 1, undo: { argv: ['undo'] }, says: [], sensitive: false };
    const file = { path: FILE, kind: 'file', before: fake.look(FILE), says: [], sensitive: false } as const;
    fake.write(FILE, 'mode=good\n');
    const changes: readonly Change[] = [{ ...file, after: fake.look(FILE) }, command, ...RESTART];
    fake.write(FILE, 'mode=bad\n');
    const results = changes.map(({ kind }): ChangeResult => ({ kind: kind === 'file' ? 'done' : 'not-reached' }));
    const intended = { type: 'transaction.intended', host: 'a', tx: 'a', rollback: false, changes, undoAfterMs: 1 } as const;
    const record: readonly EventBody[] = [
      { type: 'run.started', ...head, hosts: ['a'] },
      intended,
      { type: 'transaction.finished', host: 'a', tx: 'a', results, state: 'conflict', remarks: [] },
    ];
    const all = await events(back(record.map((event) => ({ at: 0, ...event }))));
    expect(lines(all)).toContain('a finished: healthy');
    expect([fake.ran, fake.triggered, fake.transactions]).toEqual([[], [], []]);
  });

  it('leaves an edit of somebody else alone that the host met when it took itself back', async () => {
    const { fake, run, back } = world();
    const done = await cutOff(run(), 'verify.attempted');
    fake.write(FILE, 'mine\n');
    fake.expire('a');
    const all = await events(back(done));
    expect(lines(all)).toEqual(expect.arrayContaining(['a is conflict', 'a finished: conflict']));
    expect([fake.text(FILE), inDoubt([...done, ...all])]).toEqual(['mine\n', []]);
  });
});

describe('a rollback is a transaction like any other', () => {
  it('whose answer is lost is asked for, not sent again', async () => {
    const { fake, fleet, run, back } = world();
    const done = await events(run());
    fleet.cuts.set('a', 'after');
    const all = lines(await events(back(done)));
    expect(all.slice(all.indexOf('a transaction.lost'), -2)).toEqual([
      'a transaction.lost',
      'a is applied',
      'a confirm.intended',
      'a is confirmed',
      'a finished: rolled-back',
    ]);
    expect([fleet.begins, fake.text(FILE)]).toEqual([['a a', 'a u-a'], 'mode=bad\n']);
  });

  it.each<Cut>(['before', 'after'])('whose confirm is lost, %s the host heard it, is confirmed again', async (cut) => {
    const { fake, fleet, run, back } = world();
    const done = await events(run());
    fleet.settleCuts.set('a', cut);
    const all = await events(back(done));
    expect(lines(all)).toContain('a finished: rolled-back');
    expect(fake.states.get('u-a')).toBe('confirmed');
    expect(undoLog([...done, ...all])).toEqual([]);
  });

  it('that the host took back has failed: the changes stand again', async () => {
    const { fake, run, back } = world();
    const done = await events(run());
    const confirm = fake.confirm.bind(fake);
    fake.confirm = async (tx) => {
      fake.expire(tx);
      return confirm(tx);
    };
    const all = await events(back(done));
    expect(lines(all)).toContain('a finished: failed');
    expect(reasonOf(all)).toMatchObject({ code: 'expired' });
    expect(fake.text(FILE)).toBe('mode=good\n');
    expect(undoLog([...done, ...all]).map(({ tx }) => tx)).toEqual(['a']);
  });

  it('that finds the host held by somebody else has failed as locked', async () => {
    const { fake, run, back } = world();
    const done = await events(run());
    fake.hooks.refuses = () => ({ code: 'locked', message: 'run r9 of eve holds it' });
    const all = await events(back(done));
    expect([lines(all).includes('a finished: failed'), reasonOf(all)?.code]).toEqual([true, 'locked']);
    expect(undoLog([...done, ...all]).map(({ tx, undoing }) => [tx, undoing])).toEqual([['a', undefined]]);
  });
});

describe('after a rollback that was itself cut off', () => {
  async function twice(happens: (fake: ReturnType<typeof host>, first: readonly RunEvent[]) => unknown) {
    const made = world();
    const done = await events(made.run());
    const first = await cutOff(made.back(done, 'u1'), 'transaction.intended');
    await arrives(made.fake, first);
    await happens(made.fake, first);
    const record = [...done, ...first];
    const second = await events(made.back(record, 'u2'));
    return { ...made, record, second };
  }

  it('another one waits while that one may still be taken back by the host, though the files look as they were', async () => {
    const { fake, second, record, fleet } = await twice(() => {});
    expect(fake.text(FILE)).toBe('mode=bad\n');
    expect(lines(second)).toEqual(expect.arrayContaining(['a is applied', 'a finished: failed']));
    expect(reasonOf(second)).toMatchObject({ code: 'locked', hint: 'settle that one first: runbook resume RUN' });
    expect(fleet.begins).toEqual(['a a']);
    expect(undoLog([...record, ...second]).map(({ tx, undoing }) => [tx, undoing])).toEqual([['a', 'u1-a']]);
  });

  it('another one has nothing to do where the host was told to keep it', async () => {
    const { second, record, fleet } = await twice((fake) => fake.confirm('u1-a'));
    expect(lines(second)).toEqual(expect.arrayContaining(['a is confirmed', 'a finished: healthy']));
    expect(fleet.begins).toEqual(['a a']);
    expect([inDoubt([...record, ...second]), undoLog([...record, ...second])]).toEqual([[], []]);
  });

  it('another one takes the changes back where the host has restored them', async () => {
    const { fake, second, record } = await twice((each) => each.expire('u1-a'));
    expect(lines(second)).toEqual(expect.arrayContaining(['a is rolled-back', 'a finished: rolled-back']));
    expect(fake.text(FILE)).toBe('mode=bad\n');
    expect([inDoubt([...record, ...second]), undoLog([...record, ...second])]).toEqual([[], []]);
  });
});
