import { describe, expect, test } from 'vitest';
import type { Change, ChangeResult } from '../../src/domain/change.ts';
import type { EventBody } from '../../src/domain/event.ts';
import type { Outcome } from '../../src/domain/plan.ts';
import { inDoubt, leftUnverified } from '../../src/views/in-doubt.ts';
import { runSummary } from '../../src/views/run-summary.ts';
import { undoLog } from '../../src/views/undo-log.ts';
import { APPLY, DONE, fileChange, flagRemoved, RESTART, stamped, started, transaction } from '../ui/streams.ts';

const FILE = flagRemoved();
const OTHER = fileChange('/etc/other', 'a', 'b');
const COMMAND: Change = {
  kind: 'command',
  argv: ['sysctl', 'a=1'],
  timeoutMs: 1,
  undo: { argv: ['sysctl', 'a=0'] },
  says: [],
  sensitive: false,
};
const UP = { active: true, enabled: true, masked: false };
const UNIT: Change = { kind: 'unit', unit: 'u', before: UP, after: { ...UP, active: false }, says: [], sensitive: false };
const UNDO_COMMAND: Change = { ...COMMAND, argv: ['sysctl', 'a=0'], undo: { argv: ['sysctl', 'a=1'] } };
const ALL = [FILE, OTHER, COMMAND, ...RESTART];
const FAILED: ChangeResult = { kind: 'failed', message: 'no' };
const NOT_REACHED: ChangeResult = { kind: 'not-reached' };
const STALE: ChangeResult = { kind: 'stale', message: 'edited' };

const lost = (host: string, undo: boolean): readonly EventBody[] => {
  const [intended] = transaction(host, undo, ALL);
  return [
    ...(intended ? [intended] : []),
    { type: 'transaction.lost', host, tx: `${undo ? 'undo' : 'do'}-${host}`, undo, failure: { code: 'lost', message: 'the way broke' } },
  ];
};

const entry = (changes: readonly Change[], doubtful = false, undoInDoubt = false) => [
  { host: 'a', tx: 'do-a', changes, inDoubt: doubtful, undoInDoubt },
];

describe('the undo log', () => {
  test.each<[string, readonly EventBody[], ReturnType<typeof entry>]>([
    ['all that was done', transaction('a', false, ALL), entry(ALL)],
    ['only what was reached', transaction('a', false, ALL, [DONE, FAILED, NOT_REACHED, NOT_REACHED, NOT_REACHED]), entry([FILE])],
    [
      'a restart that did not succeed, which may have had half of its effect',
      transaction('a', false, [FILE, ...RESTART], [DONE, DONE, FAILED]),
      entry([FILE, ...RESTART]),
    ],
    ['a unit change that did not succeed, though it was the only one', transaction('a', false, [UNIT], [FAILED]), entry([UNIT])],
    ['nothing when only a restart did not succeed', transaction('a', false, [RESTART[1] ?? FILE], [FAILED]), []],
    ['nothing when the host was stale', transaction('a', false, ALL, [STALE, NOT_REACHED, NOT_REACHED, NOT_REACHED, NOT_REACHED]), []],
    [
      'nothing when all was taken back',
      [...transaction('a', false, ALL), ...transaction('a', true, [FILE, OTHER, UNDO_COMMAND, ...RESTART])],
      [],
    ],
    [
      'what an undo could not take back',
      [
        ...transaction('a', false, ALL),
        ...transaction('a', true, [FILE, OTHER, UNDO_COMMAND, ...RESTART], [DONE, STALE, DONE, NOT_REACHED, NOT_REACHED]),
      ],
      entry([OTHER, ...RESTART]),
    ],
    ['all changes of a lost transaction, in doubt', lost('a', false), entry(ALL, true)],
    ['all changes of a transaction whose record ends, in doubt', transaction('a', false, ALL).slice(0, 1), entry(ALL, true)],
    ['changes whose undo was lost', [...transaction('a', false, ALL), ...lost('a', true)], entry(ALL, false, true)],
    ['what a lost transaction turned out to have done', [...lost('a', false), ...transaction('a', false, ALL).slice(1)], entry(ALL)],
  ])('has %s', (_, bodies, expected) => {
    expect(undoLog(stamped(bodies))).toEqual(expected);
  });

  test('keeps hosts apart', () => {
    const bodies = [...transaction('a', false, [FILE]), ...transaction('b', false, [FILE]), ...transaction('b', true, [FILE])];
    expect(undoLog(stamped(bodies)).map(({ host }) => host)).toEqual(['a']);
  });

  test('of a whole apply has the host that stayed fixed', () => {
    expect(undoLog(APPLY)).toEqual([{ host: 'lab-2', tx: 'do-lab-2', changes: [FILE, ...RESTART], inDoubt: false, undoInDoubt: false }]);
  });
});

test('in doubt are hosts whose transaction was announced and has no receipt', () => {
  const bodies = [...transaction('a', false, [FILE]), ...lost('b', false), ...transaction('c', true, [FILE]).slice(0, 1)];
  expect(inDoubt(stamped(bodies))).toEqual([
    { host: 'b', tx: 'do-b', undo: false, lost: { code: 'lost', message: 'the way broke' } },
    { host: 'c', tx: 'undo-c', undo: true },
  ]);
});

const rolledBack = (host: string, outcome: Outcome): readonly EventBody[] => [
  started('rollback', [host], { of: '01RUN' }),
  { type: 'host.finished', host, outcome },
];

test.each<[Outcome, number]>([
  ['rolled-back', 0],
  ['healthy', 0],
  ['unreachable', 1],
  ['unknown', 1],
])('a host in doubt that a later rollback calls %s', (outcome, left) => {
  const run = stamped([started('apply', ['a']), ...lost('a', false)]);
  const later = stamped(rolledBack('a', outcome));
  expect(inDoubt([...run, ...later])).toHaveLength(left);
  expect(runSummary(run, later)?.state).toBe(left === 0 ? 'interrupted' : 'in-doubt');
});

test('a rollback whose own receipt was lost leaves its host in doubt until the next one', () => {
  const first = [started('apply', ['a']), ...lost('a', false), started('rollback', ['a']), ...lost('a', true)];
  expect(inDoubt(stamped([...first, ...rolledBack('a', 'unknown')])).map(({ undo }) => undo)).toEqual([false, true]);
  expect(inDoubt(stamped([...first, ...rolledBack('a', 'rolled-back')]))).toEqual([]);
});

test('left unverified are hosts that were changed, and whose end was not recorded', () => {
  const changed = [started('apply', ['a', 'b', 'c']), ...['a', 'b', 'c'].flatMap((host) => transaction(host, false, [FILE]))];
  const run = [...changed, { type: 'host.finished', host: 'b', outcome: 'fixed' } as const, ...transaction('c', true, [FILE])];
  expect(leftUnverified(stamped(run))).toEqual(['a']);
  expect(runSummary(stamped(run))?.outcomes).toEqual({ unknown: 1, fixed: 1, 'rolled-back': 1 });
  expect(leftUnverified(stamped([...run, ...rolledBack('a', 'healthy')]))).toEqual([]);
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

  test.each<[string, readonly EventBody[]]>([
    ['interrupted', [started('apply', ['a'])]],
    ['interrupted', [started('apply', ['a']), ...transaction('a', false, ALL)]],
    ['in-doubt', [started('apply', ['a']), ...transaction('a', false, ALL).slice(0, 1)]],
    ['in-doubt', [started('apply', ['a']), ...lost('a', false), { type: 'run.finished', outcomes: { a: 'unknown' }, exitCode: 4 }]],
    [
      'interrupted',
      [started('apply', ['a']), { type: 'run.interrupted', signal: 'SIGINT' }, { type: 'run.finished', outcomes: {}, exitCode: 130 }],
    ],
  ])('says that it is %s', (state, bodies) => {
    expect(runSummary(stamped(bodies))?.state).toBe(state);
  });

  test('knows the state of a host only as far as the events go', () => {
    const events = stamped([started('apply', ['a', 'b']), ...transaction('a', false, ALL).slice(0, 1)]);
    expect(runSummary(events)?.outcomes).toEqual({ unknown: 1 });
  });

  test('is nothing without the first event', () => {
    expect(runSummary(APPLY.slice(1))).toBeUndefined();
  });
});
