import { describe, expect, it } from 'vitest';
import type { Change } from '../../src/domain/change.ts';
import type { RunEvent } from '../../src/domain/event.ts';
import type { Outcome } from '../../src/domain/plan.ts';
import { endOfForgotten } from '../../src/engine/forgotten.ts';
import { resume } from '../../src/engine/run-resume.ts';
import { rollBack } from '../../src/engine/run-rollback.ts';
import { apply } from '../../src/engine/run-runbook.ts';
import { inDoubt } from '../../src/views/in-doubt.ts';
import { undoLog } from '../../src/views/undo-log.ts';
import { inventoryHost } from '../fakes/fake-fleet.ts';
import type { FakeHost } from '../fakes/fake-host.ts';
import { fileChange } from '../ui/streams.ts';
import { cutOff, unsettledOf } from './cut-off.ts';
import { events, FILE, host, lines, rig, runbook } from './rig.ts';

const BOOK = runbook({ rollout: { verifyTimeoutMs: 0 } });
const COMMAND: Change = { kind: 'command', argv: ['do'], timeoutMs: 1, undo: { argv: ['undo'] }, says: [], sensitive: false };

describe('a host that has no record any more of what it had begun', () => {
  async function forgotten(happens: (fake: FakeHost) => unknown, until: RunEvent['type'] = 'verify.attempted') {
    const fake = host('a');
    const world = rig([fake]);
    const record = await cutOff(apply(world.assignment(BOOK), world.ports), until);
    fake.states.clear();
    await happens(fake);
    const all = await events(
      resume({ operator: 'bo', hosts: ['a'], outcomes: new Map(), runbook: BOOK }, unsettledOf(record, BOOK), world.ports),
    );
    const finished = all.find((event) => event.type === 'host.finished');
    const end = finished?.type === 'host.finished' ? finished : expect.unreachable();
    return { ...world, fake, record: [...record, ...all], outcome: end.outcome, message: end.reason?.message };
  }

  it.each<[string, (fake: FakeHost) => unknown, Outcome, string]>([
    ['stands', () => {}, 'unknown', '/etc/app.conf is as it was changed'],
    ['is back', (fake) => fake.write(FILE, 'mode=bad\n'), 'rolled-back', '/etc/app.conf is as it was before'],
    ['was edited since', (fake) => fake.write(FILE, 'mine\n'), 'unknown', '/etc/app.conf was edited by somebody else since'],
    [
      'cannot be looked at',
      (fake) => fake.faults.set(FILE, { code: 'become', message: 'sudo says no' }),
      'unknown',
      'its files cannot be looked at: sudo says no',
    ],
  ])('is told by its file, which %s, and never that nothing was changed', async (_, happens, outcome, said) => {
    const end = await forgotten(happens);
    expect([end.outcome, end.message]).toEqual([outcome, `it was changed, and has no record of it any more: ${said}`]);
    expect(inDoubt(end.record)).toEqual([]);
  });

  it.each<RunEvent['type']>(['transaction.finished', 'confirm.intended'])('can be rolled back (after %s)', async (until) => {
    const { record, fake, ports, head } = await forgotten(() => {}, until);
    const undoables = undoLog(record).map((entry) => ({ ...entry, host: inventoryHost('a') }));
    expect(undoables.map(({ tx, unsettled }) => [tx, unsettled])).toEqual([['a', false]]);
    const other = { ...ports, transactionId: () => 'u-a' };
    expect(lines(await events(rollBack({ ...head, kind: 'rollback', of: 'r1' }, undoables, other)))).toContain('a finished: rolled-back');
    expect(fake.text(FILE)).toBe('mode=bad\n');
  });
});

describe('of a transaction that a host has forgotten', () => {
  const ending = async (changes: readonly Change[], rollback = false) => {
    const fake = host('a', 'old');
    const { ports } = rig([fake]);
    return endOfForgotten({ host: inventoryHost('a'), changes, become: undefined, rollback }, ports);
  };
  const back: Change = { ...fileChange(FILE, 'old', 'new'), before: host('a', 'old').look(FILE) } as Change;

  it('nothing is known where it changed no file', async () => {
    const { outcome, reason } = await ending([COMMAND]);
    expect([outcome, reason?.message]).toEqual(['unknown', expect.stringContaining('no file was changed by which to tell')]);
  });

  it.each<[string, readonly Change[], boolean, Outcome]>([
    ['a file alone', [back], false, 'rolled-back'],
    ['a file of a rollback, which has not done what it was for', [back], true, 'failed'],
    ['a file, for it does not tell of a command', [back, COMMAND], false, 'unknown'],
  ])('it is known that it is back by %s', async (_, changes, rollback, outcome) => {
    expect((await ending(changes, rollback)).outcome).toBe(outcome);
  });
});

it('a rollback undoes the command of a host that had begun, though the host has forgotten and no file tells', async () => {
  const fake = host('a');
  fake.programs.set('undo', {});
  const { ports, head } = rig([fake]);
  const undoable = { host: inventoryHost('a'), tx: 'a', changes: [COMMAND], unsettled: true };
  const go = async (more: object) => {
    const other = { ...ports, transactionId: () => 'u-a' };
    return lines(await events(rollBack({ ...head, kind: 'rollback', of: 'r1' }, [{ ...undoable, ...more }], other)));
  };
  expect([(await go({})).includes('a finished: healthy'), fake.ran]).toEqual([true, []]);
  expect([(await go({ begun: true })).includes('a finished: rolled-back'), fake.ran]).toEqual([true, ['undo']]);
});
