import { describe, expect, test } from 'vitest';
import type { Change } from '../../src/domain/change.ts';
import type { EventBody } from '../../src/domain/event.ts';
import type { HostPlan } from '../../src/domain/plan.ts';
import type { ChangeResult } from '../../src/domain/transaction.ts';
import { undoLog } from '../../src/views/undo-log.ts';
import { APPLY, DONE, fileChange, flagRemoved, plan, RESTART, ROLLBACK, settled, stamped, transaction, txOf } from '../ui/streams.ts';

const FILE = flagRemoved();
const COMMAND: Change = {
  kind: 'command',
  argv: ['sysctl', 'a=1'],
  timeoutMs: 1,
  undo: { argv: ['sysctl', 'a=0'] },
  says: [],
  sensitive: false,
};
const ALL = [FILE, fileChange('/etc/other', 'a', 'b'), COMMAND, ...RESTART];
const FAILED: ChangeResult = { kind: 'failed', message: 'no' };
const NOT_REACHED: ChangeResult = { kind: 'not-reached' };
const STALE: ChangeResult = { kind: 'stale', message: 'edited' };

const lost = (host: string, rollback: boolean): readonly EventBody[] => [
  ...transaction(host, rollback, ALL).slice(0, 1),
  { type: 'transaction.lost', host, tx: txOf(host, rollback), failure: { code: 'lost', message: 'the way broke' } },
];
const halted = [DONE, FAILED, NOT_REACHED, NOT_REACHED, NOT_REACHED];
const kept = [...transaction('a', false, ALL), ...settled('a', false, 'confirm')];

const entry = (unsettled: boolean, more = {}) => [{ host: 'a', tx: 'do-a', changes: ALL, unsettled, ...more }];

describe('the undo log', () => {
  test.each<[string, readonly EventBody[], ReturnType<typeof entry>]>([
    ['all that was confirmed', kept, entry(false)],
    ['all that was announced, unsettled, where the record ends there', transaction('a', false, ALL).slice(0, 1), entry(true)],
    ['all whose answer was lost, unsettled', lost('a', false), entry(true)],
    ['all that was applied and not confirmed yet, unsettled', transaction('a', false, ALL), entry(true, { begun: true })],
    ['all that was to be confirmed, unsettled until the host says that it is', kept.slice(0, -1), entry(true, { begun: true })],
    [
      'all that a host has forgotten that had begun it',
      [...kept.slice(0, -1), ...settled('a', false, 'undo', 'none').slice(1)],
      entry(false),
    ],
    [
      'all that a host was to keep after its answer was lost, and has forgotten',
      [...lost('a', false), ...settled('a', false, 'confirm', 'none')],
      entry(false),
    ],
    ['all whose answer was lost and that the host kept', [...lost('a', false), ...settled('a', false, 'confirm')], entry(false)],
    [
      'all that is being taken back, unsettled',
      [...transaction('a', false, ALL), ...settled('a', false, 'undo', 'rolling')],
      entry(true, { begun: true }),
    ],
    [
      'all that an edit of somebody else kept from being taken back',
      [...transaction('a', false, ALL), ...settled('a', false, 'undo', 'conflict')],
      entry(false),
    ],
    [
      'nothing when the host was stale',
      transaction(
        'a',
        false,
        ALL,
        ALL.map((_, n) => (n === 0 ? STALE : NOT_REACHED)),
        'none',
      ),
      [],
    ],
    ['nothing when the host took itself back in its first answer', transaction('a', false, ALL, halted, 'rolled-back'), []],
    ['nothing when it was taken back for its verify', [...transaction('a', false, ALL), ...settled('a', false, 'undo')], []],
    ['nothing when the answer was lost and nothing had begun', [...lost('a', false), ...settled('a', false, 'undo', 'none').slice(1)], []],
    ['nothing when a later rollback was confirmed', [...kept, ...transaction('a', true, ALL), ...settled('a', true, 'confirm')], []],
    [
      'all again when a later rollback was itself taken back',
      [...kept, ...transaction('a', true, ALL), ...settled('a', true, 'confirm', 'rolled-back')],
      entry(false),
    ],
    [
      'all when a later rollback was turned away',
      [
        ...kept,
        ...transaction(
          'a',
          true,
          ALL,
          ALL.map(() => NOT_REACHED),
          'none',
        ),
      ],
      entry(false),
    ],
    ['all, with the rollback that may stand, when its answer was lost', [...kept, ...lost('a', true)], entry(false, { undoing: 'undo-a' })],
    [
      'all, with the rollback that may stand, when it was not confirmed',
      [...kept, ...transaction('a', true, ALL)],
      entry(false, { undoing: 'undo-a' }),
    ],
    [
      'all when a later rollback met an edit of somebody else',
      [...kept, ...transaction('a', true, ALL), ...settled('a', true, 'confirm', 'conflict')],
      entry(false),
    ],
  ])('has %s', (_, bodies, expected) => {
    // Strictly: what is not known is not there.
    expect(undoLog(stamped(bodies))).toStrictEqual(expected);
  });

  test('has no command, unit or trigger of which the receipt says that it never began, however it ended', () => {
    const results = [DONE, STALE, NOT_REACHED, NOT_REACHED, NOT_REACHED];
    const bodies = transaction('a', false, ALL, results, 'conflict');
    expect(undoLog(stamped(bodies))).toStrictEqual([{ host: 'a', tx: 'do-a', changes: ALL.slice(0, 2), unsettled: false }]);
    const [command] = undoLog(stamped(transaction('a', false, [FILE, COMMAND], [DONE, STALE], 'rolling')));
    expect(command?.changes).toEqual([FILE]);
    const failed = undoLog(stamped(transaction('a', false, ALL, [DONE, DONE, FAILED, NOT_REACHED, NOT_REACHED], 'conflict')));
    expect(failed.map(({ changes }) => changes)).toEqual([ALL.slice(0, 3)]);
  });

  test('keeps hosts apart', () => {
    const both = ['a', 'b'].flatMap((host) => [...transaction(host, false, [FILE]), ...settled(host, false, 'confirm')]);
    const bodies = [...both, ...transaction('b', true, [FILE]), ...settled('b', true, 'confirm')];
    expect(undoLog(stamped(bodies)).map(({ host }) => host)).toEqual(['a']);
  });

  test('knows the machine and the privilege with which a host was changed, not those that a rollback met', () => {
    const planned = (id: string): EventBody => ({
      type: 'host.planned',
      host: 'a',
      plan: plan('a', 'would-fix', { facts: { machine_id: id } }),
    });
    const [intended, ...rest] = kept;
    const bodies = [planned('first'), { ...intended, become: true } as EventBody, ...rest, planned('second')];
    expect(undoLog(stamped(bodies))).toEqual(entry(false, { machineId: 'first', become: true }));
  });

  test.each([{ machine_id: '' }, { machine_id: 7 }, {}])('knows no machine by an id that is none (%j)', (none) => {
    const planned = (facts: HostPlan['facts']): EventBody => ({
      type: 'host.planned',
      host: 'a',
      plan: plan('a', 'would-fix', { facts }),
    });
    expect(undoLog(stamped([planned(none), ...kept]))).toStrictEqual(entry(false));
    const later = [planned(none), planned({ machine_id: 'first' }), ...kept];
    expect(undoLog(stamped(later))).toStrictEqual(entry(false, { machineId: 'first' }));
  });

  test('of a whole apply has the host that stayed fixed, until its rollback', () => {
    expect(undoLog(APPLY)).toEqual([{ host: 'lab-2', tx: 'do-lab-2', changes: [FILE, ...RESTART], unsettled: false }]);
    expect(undoLog([...APPLY, ...ROLLBACK])).toEqual([]);
  });
});
