import { describe, expect, test } from 'vitest';
import type { EventBody } from '../../src/domain/event.ts';
import type { Failure } from '../../src/domain/failure.ts';
import type { Outcome } from '../../src/domain/plan.ts';
import type { TransactionState } from '../../src/domain/transaction.ts';
import { inDoubt } from '../../src/views/in-doubt.ts';
import { isUnsettled, recordRun } from '../../src/views/run-record.ts';
import { type RunState, runSummary } from '../../src/views/run-summary.ts';
import { APPLY, flagRemoved, PATIENCE, plan, START, settled, stamped, started, transaction, txOf } from '../ui/streams.ts';

const ALL = [flagRemoved()];
const LOST: Failure = { code: 'lost', message: 'the way broke' };

const lost = (host: string, rollback = false): readonly EventBody[] => [
  ...transaction(host, rollback, ALL).slice(0, 1),
  { type: 'transaction.lost', host, tx: txOf(host, rollback), failure: LOST },
];
const reported = (host: string, state: TransactionState, rollback = false): readonly EventBody[] =>
  settled(host, rollback, 'undo', state).slice(1);
const finished = (outcomes: Readonly<Record<string, Outcome>>, exitCode = 0): EventBody => ({ type: 'run.finished', outcomes, exitCode });

describe('a transaction', () => {
  test.each<[TransactionState, boolean]>([
    ['none', false],
    ['preparing', true],
    ['prepared', true],
    ['armed', true],
    ['applying', true],
    ['applied', true],
    ['confirmed', false],
    ['rolling', true],
    ['rolled-back', false],
    ['conflict', false],
  ])('that a host says is %s is unsettled: %s', (state, unsettled) => {
    for (const bodies of [transaction('a', false, ALL, undefined, state), [...lost('a'), ...reported('a', state)]])
      expect(recordRun(stamped(bodies)).transactions.map(isUnsettled)).toEqual([unsettled]);
  });

  test('stands as the host said last, and what was lost before is no news any more', () => {
    const [one] = recordRun(stamped([...lost('a'), ...reported('a', 'applied'), ...settled('a', false, 'confirm')])).transactions;
    expect(one).toMatchObject({ state: 'confirmed', at: START, undoAfterMs: PATIENCE });
    expect(one).not.toHaveProperty('lost');
  });

  test('that has made its changes is waited for anew, for the confirm alone', () => {
    const [intended, ...rest] = transaction('a', false, ALL, undefined, 'applied');
    if (intended?.type !== 'transaction.intended') throw new Error('not announced');
    const record = (bodies: readonly EventBody[]) => recordRun(stamped(bodies)).transactions[0];
    const announced = { ...intended, undoAfterChangesMs: 7_000 };
    const events = stamped([announced, ...rest]);
    expect(recordRun(events).transactions).toMatchObject([
      { undoAfterMs: 7_000, at: events.find(({ type }) => type === 'transaction.finished')?.at },
    ]);
    expect(record([intended, ...rest])).toMatchObject({ undoAfterMs: PATIENCE });
    expect(record([announced, ...transaction('a', false, ALL, undefined, 'armed').slice(1)])).toMatchObject({ undoAfterMs: PATIENCE });
  });

  test('of which the host has no record any more, though it had begun it, leaves that host unknown', () => {
    const { endings } = recordRun(
      stamped([started('apply', ['a']), ...transaction('a', false, ALL, undefined, 'applied'), ...reported('a', 'none')]),
    );
    expect(endings).toEqual([
      { host: 'a', outcome: 'unknown', reason: { code: 'not-found', message: 'the host was changed, and has no record of it any more' } },
    ]);
  });

  test('that a host reports and nobody announced is not made up', () => {
    expect(recordRun(stamped(reported('a', 'rolled-back'))).transactions).toEqual([]);
  });
});

describe('a run', () => {
  test('that was stopped by too many failures, or by the time of day, says so', () => {
    const breach = { type: 'rollout.breached', wave: 1, by: 'gate', rollBack: ['a'], notStarted: ['b'] } as const;
    const closed = { type: 'rollout.closed', why: 'a freeze', notStarted: ['b'] } as const;
    const record = (...bodies: readonly EventBody[]) => recordRun(stamped([started('apply', ['a', 'b']), ...bodies]));
    expect(record(breach).breach).toMatchObject(breach);
    expect(record(closed).closed).toBe('a freeze');
    expect(Object.keys(record())).not.toEqual(expect.arrayContaining(['breach']));
    expect(Object.keys(record())).not.toEqual(expect.arrayContaining(['closed']));
  });

  const answered = (answer: 'yes' | 'no' | 'wave'): EventBody => ({ type: 'approval.given', gate: 'run', answer, by: 'ada' });
  test.each<[boolean, readonly EventBody[]]>([
    [false, []],
    [false, [answered('yes')]],
    [false, [answered('wave'), answered('yes')]],
    [true, [answered('no')]],
    [true, [answered('wave'), answered('no')]],
    [true, [answered('no'), answered('yes')]],
  ])('was declined: %s, after %j', (declined, bodies) => {
    expect(recordRun(stamped([started('apply', ['a']), ...bodies])).declined).toBe(declined);
  });

  test('of which the beginning is not recorded has the hosts that were planned', () => {
    const record = recordRun(stamped([{ type: 'host.planned', host: 'a', plan: plan('a', 'healthy') }]));
    expect([record.endings, 'started' in record]).toEqual([[{ host: 'a', outcome: 'healthy' }], false]);
    expect(recordRun([])).toStrictEqual({
      plans: new Map(),
      transactions: [],
      endings: [],
      declined: false,
      interrupted: false,
      finished: false,
    });
  });
});

describe('a host whose end was not recorded', () => {
  test.each<[string, readonly EventBody[], Outcome | undefined]>([
    ['announced', transaction('a', false, ALL).slice(0, 1), 'unknown'],
    ['lost', lost('a'), 'unknown'],
    ['applied', transaction('a', false, ALL), 'unknown'],
    ['being taken back', transaction('a', false, ALL, undefined, 'rolling'), 'unknown'],
    ['confirmed', [...transaction('a', false, ALL), ...settled('a', false, 'confirm')], 'fixed'],
    ['taken back', [...transaction('a', false, ALL), ...settled('a', false, 'undo')], 'rolled-back'],
    ['left to an edit of somebody else', transaction('a', false, ALL, undefined, 'conflict'), 'conflict'],
    ['turned away', transaction('a', false, ALL, undefined, 'none'), 'would-fix'],
    ['forgotten by the host after it was applied', [...transaction('a', false, ALL), ...reported('a', 'none')], 'unknown'],
    ['a rollback that was confirmed', [...transaction('a', true, ALL), ...settled('a', true, 'confirm')], 'rolled-back'],
    ['a rollback that was taken back', [...transaction('a', true, ALL), ...settled('a', true, 'undo')], 'failed'],
  ])('and whose last transaction was %s', (_, bodies, outcome) => {
    const planned: EventBody = { type: 'host.planned', host: 'a', plan: plan('a', 'would-fix') };
    expect(recordRun(stamped([started('apply', ['a', 'b']), planned, ...bodies])).endings.map((each) => [each.host, each.outcome])).toEqual(
      [['a', outcome]],
    );
  });

  test('is told with why its answer was lost, or that the record ends', () => {
    expect(recordRun(stamped([started('apply', ['a']), ...lost('a')])).endings[0]?.reason).toEqual(LOST);
    expect(recordRun(stamped([started('apply', ['a']), ...transaction('a', false, ALL)])).endings[0]?.reason).toEqual({
      code: 'interrupted',
      message: 'the record ends before the host was confirmed or taken back',
    });
  });
});

describe('a run that was taken up again', () => {
  const cut = [
    started('apply', ['a', 'b', 'c']),
    ...transaction('a', false, ALL),
    ...settled('a', false, 'confirm'),
    { type: 'host.finished', host: 'a', outcome: 'fixed' } as const,
    ...lost('b'),
    { type: 'host.finished', host: 'b', outcome: 'unknown', reason: LOST } as const,
    { type: 'run.interrupted', signal: 'SIGTERM' } as const,
    finished({ a: 'fixed', b: 'unknown', c: 'skipped' }, 130),
  ];
  const resumed: EventBody = { type: 'run.resumed', operator: 'bo', hosts: ['b'] };
  const endings = (...more: readonly EventBody[]) =>
    recordRun(stamped([...cut, ...more])).endings.map(({ host, outcome, reason }) => [host, outcome, reason?.code]);

  test('is unfinished, and not interrupted, until its last event comes again', () => {
    expect(recordRun(stamped(cut))).toMatchObject({ finished: true, interrupted: true });
    expect(recordRun(stamped([...cut, resumed]))).toMatchObject({ finished: false, interrupted: false });
    const whole = recordRun(stamped([...cut, resumed, finished({ a: 'fixed', b: 'fixed', c: 'skipped' })]));
    expect(whole).toMatchObject({ finished: true, interrupted: false });
    expect(whole.started).toMatchObject({ run: '01RUN', operator: 'ada' });
  });

  test('has the new ends of the hosts that are settled, and the old ones of the others', () => {
    expect(endings()).toEqual([
      ['a', 'fixed', undefined],
      ['b', 'unknown', 'lost'],
      ['c', 'skipped', undefined],
    ]);
    const back = [...reported('b', 'applied'), ...settled('b', false, 'undo')];
    expect(endings(resumed, ...back)).toEqual([
      ['a', 'fixed', undefined],
      ['b', 'rolled-back', undefined],
    ]);
    const why: Failure = { code: 'verify-failed', message: 'm' };
    const ended: EventBody = { type: 'host.finished', host: 'b', outcome: 'rolled-back', reason: why };
    expect(endings(resumed, ...back, ended, finished({ a: 'fixed', b: 'rolled-back', c: 'skipped' }, 3))).toEqual([
      ['a', 'fixed', undefined],
      ['b', 'rolled-back', 'verify-failed'],
      ['c', 'skipped', undefined],
    ]);
  });

  test('is in doubt as long as a host is unsettled, and no longer', () => {
    const state = (...more: readonly EventBody[]) => runSummary(stamped([...cut, ...more]))?.state;
    const last = finished({ a: 'fixed', b: 'unknown', c: 'skipped' });
    expect(state()).toBe('in-doubt');
    expect(state(resumed, last)).toBe('in-doubt');
    expect(state(resumed, ...reported('b', 'rolled-back'), last)).toBe('finished');
    expect(state(resumed, ...reported('b', 'rolled-back'))).toBe('interrupted');
  });
});

describe('in doubt', () => {
  test('are hosts whose transaction was announced and is not settled, with the time at which they take themselves back', () => {
    const bodies = [
      ...transaction('a', false, ALL),
      ...settled('a', false, 'confirm'),
      ...lost('b'),
      ...transaction('c', true, ALL).slice(0, 1),
      ...transaction('d', false, ALL, undefined, 'rolled-back'),
      ...transaction('e', false, ALL),
    ];
    const at = (index: number) => START + index * 1_000 + PATIENCE;
    expect(inDoubt(stamped(bodies))).toEqual([
      { host: 'b', tx: 'do-b', undoAt: at(4), lost: LOST },
      { host: 'c', tx: 'undo-c', undoAt: at(6) },
      { host: 'e', tx: 'do-e', undoAt: at(9) },
    ]);
  });

  test.each<[string, readonly EventBody[], readonly string[]]>([
    ['found it taken back', reported('a', 'rolled-back'), []],
    ['had it taken back', settled('a', false, 'undo'), []],
    ['found that it never began', reported('a', 'none'), []],
    ['found it confirmed', reported('a', 'confirmed'), []],
    ['found it applied, and was declined', reported('a', 'applied'), ['do-a']],
    ['did not reach it', [{ type: 'host.finished', host: 'a', outcome: 'unreachable' }], ['do-a']],
    ['was lost itself', [...reported('a', 'confirmed'), ...lost('a', true)], ['undo-a']],
  ])('is a host, or not, of which a later rollback %s', (_, bodies, left) => {
    const run = stamped([started('apply', ['a']), ...lost('a')]);
    const later = stamped([started('rollback', ['a'], { of: '01RUN' }), ...bodies]);
    expect(inDoubt([...run, ...later]).map(({ tx }) => tx)).toEqual(left);
    expect(runSummary(run, later)?.state).toBe(left.length === 0 ? 'interrupted' : 'in-doubt');
  });
});

describe('the summary of a run', () => {
  test('counts outcomes', () => {
    expect(runSummary(APPLY)).toEqual({
      run: '01RUN',
      kind: 'apply',
      runbook: 'kubelet-bad-flag',
      operator: 'ada',
      started: APPLY[0]?.at,
      state: 'finished',
      outcomes: { healthy: 1, fixed: 1, 'other-cause': 1, 'rolled-back': 1, unreachable: 1 },
    });
  });

  test.each<[RunState, readonly EventBody[]]>([
    ['interrupted', []],
    ['interrupted', [...transaction('a', false, ALL), ...settled('a', false, 'confirm')]],
    ['interrupted', [{ type: 'run.interrupted', signal: 'SIGINT' }, finished({}, 130)]],
    ['in-doubt', transaction('a', false, ALL).slice(0, 1)],
    ['in-doubt', transaction('a', false, ALL)],
    ['in-doubt', [...lost('a'), finished({ a: 'unknown' }, 4)]],
    ['in-doubt', [...transaction('a', false, ALL, undefined, 'rolling'), finished({ a: 'failed' }, 3)]],
    ['finished', [...transaction('a', false, ALL), ...settled('a', false, 'undo'), finished({ a: 'rolled-back' }, 3)]],
  ])('says that it is %s after %j', (state, bodies) => {
    expect(runSummary(stamped([started('apply', ['a']), ...bodies]))?.state).toBe(state);
  });

  test('knows the state of a host only as far as the events go', () => {
    const events = stamped([started('apply', ['a', 'b']), ...transaction('a', false, ALL).slice(0, 1)]);
    expect(runSummary(events)?.outcomes).toEqual({ unknown: 1 });
  });

  test('is nothing without the first event', () => {
    expect(runSummary(APPLY.slice(1))).toBeUndefined();
  });
});
