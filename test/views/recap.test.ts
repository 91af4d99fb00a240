import { describe, expect, test } from 'vitest';
import type { EventBody, RunEvent, RunKind } from '../../src/domain/event.ts';
import type { Outcome } from '../../src/domain/plan.ts';
import { commandLine } from '../../src/views/command-line.ts';
import { recap, type Typed } from '../../src/views/recap.ts';
import { APPLY, flagRemoved, plan, settled, stamped, started, transaction } from '../ui/streams.ts';

function run(kind: RunKind, outcomes: Readonly<Record<string, Outcome>>): readonly RunEvent[] {
  return stamped([
    started(kind, Object.keys(outcomes), kind === 'rollback' ? { of: '00RUN' } : {}),
    { type: 'run.finished', outcomes, exitCode: 0 },
  ]);
}

const DO = transaction('a', false, [flagRemoved()]);
const UNDO = transaction('a', true, [flagRemoved()]);
const ended = (outcomes: Readonly<Record<string, Outcome>>): EventBody => ({ type: 'run.finished', outcomes, exitCode: 0 });

const commands = (events: readonly RunEvent[], typed?: Typed) => recap(events, typed)?.next.map(({ command }) => command);

const REPORT = 'runbook report 01RUN';

describe('what to do next after', () => {
  test.each<[RunKind, Readonly<Record<string, Outcome>>, readonly string[]]>([
    ['diagnose', { a: 'would-fix', b: 'other-cause' }, ['runbook plan kubelet-bad-flag']],
    ['diagnose', { a: 'healthy' }, []],
    ['plan', { a: 'would-fix', b: 'unreachable' }, ['runbook apply kubelet-bad-flag', 'runbook diagnose kubelet-bad-flag -l b']],
    ['plan', { a: 'other-cause' }, ['runbook diagnose kubelet-bad-flag -l a']],
    ['apply', { a: 'fixed', b: 'healthy' }, ['runbook rollback 01RUN', REPORT]],
    ['apply', { a: 'fixed', b: 'unknown' }, ['runbook diagnose kubelet-bad-flag -l b', 'runbook rollback 01RUN', REPORT]],
    ['apply', { a: 'stale', b: 'stale' }, ['runbook plan kubelet-bad-flag -l a,b']],
    ['apply', { a: 'failed', b: 'skipped' }, ['runbook diagnose kubelet-bad-flag -l a', 'runbook apply kubelet-bad-flag -l b', REPORT]],
    ['apply', { a: 'would-fix' }, ['runbook apply kubelet-bad-flag -l a']],
    ['apply', { a: 'unreachable' }, ['runbook diagnose kubelet-bad-flag -l a']],
    ['rollback', { a: 'rolled-back' }, [REPORT]],
    ['rollback', { a: 'rolled-back', b: 'skipped' }, ['runbook rollback 00RUN', REPORT]],
    ['rollback', { a: 'conflict' }, ['runbook diagnose kubelet-bad-flag -l a', REPORT]],
    ['rollback', { a: 'unknown' }, ['runbook diagnose kubelet-bad-flag -l a', REPORT]],
    ['apply', { a: 'rolled-back', b: 'conflict' }, ['runbook diagnose kubelet-bad-flag -l b,a', REPORT]],
  ])('%s with %j', (kind, outcomes, expected) => {
    expect(commands(run(kind, outcomes))).toEqual(expected);
  });

  test('an unlock that came to nothing, which has no runbook, is unlock again', () => {
    const head = { runbook: 'unlock a', runbookSha256: '' };
    const events = stamped([started('rollback', ['a'], head), ended({ a: 'failed' })]);
    expect(commands(events, { places: ['-i', 'hosts.yaml'] })).toEqual(['runbook unlock a -i hosts.yaml', 'runbook report 01RUN']);
  });

  test.each<[RunKind, string, readonly RunEvent[]]>([
    ['apply', 'whose record ends', stamped([started('apply', ['a']), ...DO.slice(0, 1)])],
    ['apply', 'that left a host applied', stamped([started('apply', ['a', 'b']), ...DO, ended({ a: 'unknown', b: 'fixed' })])],
    [
      'apply',
      'that left a host to itself',
      stamped([started('apply', ['a']), ...DO, ...settled('a', false, 'undo', 'rolling'), ended({ a: 'failed' })]),
    ],
    ['rollback', 'that was lost', stamped([started('rollback', ['a'], { of: '00RUN' }), ...UNDO.slice(0, 1), ended({ a: 'unknown' })])],
  ])('an %s %s is to settle it, before anything else is done to it', (_, _how, events) => {
    expect(commands(events)).toEqual(['runbook diagnose kubelet-bad-flag -l a', 'runbook resume 01RUN', REPORT]);
  });

  test('a run that was resumed is as if it had never been cut off', () => {
    const cut = [started('apply', ['a']), ...DO.slice(0, 1)];
    const rest: readonly EventBody[] = [
      { type: 'run.resumed', operator: 'bo', hosts: ['a'] },
      ...settled('a', false, 'confirm'),
      ended({ a: 'fixed' }),
    ];
    expect(commands(stamped([...cut, ...rest]))).toEqual(['runbook rollback 01RUN', REPORT]);
    expect(recap(stamped([...cut, ...rest]))).toMatchObject({ interrupted: false, counts: [{ outcome: 'fixed', hosts: ['a'] }] });
  });

  test('many unreachable hosts names none of them', () => {
    const outcomes = Object.fromEntries(Array.from({ length: 9 }, (_, index) => [`h${index}`, 'unreachable' as const]));
    expect(commands(run('plan', outcomes))).toEqual(['runbook diagnose kubelet-bad-flag']);
  });
});

test('commands that go on with a run have the options with which it was begun', () => {
  const typed: Typed = { runbook: './fix.yaml', places: ['-i', 'hosts.ini'], inputs: ['-e', 'unit=a b'], limit: ['-l', 'web'] };
  expect(commands(run('apply', { a: 'fixed', b: 'skipped' }), typed)).toEqual([
    "runbook apply ./fix.yaml -i hosts.ini -e 'unit=a b' -l b",
    'runbook rollback 01RUN -i hosts.ini',
    REPORT,
  ]);
  expect(commands(stamped([started('apply', ['a']), ...DO]), typed)).toContain('runbook resume 01RUN -i hosts.ini');
  expect(commands(run('diagnose', { a: 'would-fix' }), typed)).toEqual(["runbook plan ./fix.yaml -i hosts.ini -e 'unit=a b' -l web"]);
});

test('a report is asked for with nothing but where runs are kept', () => {
  const places = ['-i', 'hosts.ini', '--state-dir', 'state', '-K'];
  expect(commands(run('apply', { a: 'fixed' }), { places })?.at(-1)).toBe(`${REPORT} --state-dir state`);
});

test('commands that want sensitive inputs say so beside them, and stay such that they can be pasted', () => {
  const next = recap(run('apply', { a: 'fixed', b: 'skipped' }), { secrets: ['token'] })?.next;
  expect(next).toEqual([
    { command: 'runbook apply kubelet-bad-flag -l b', why: 'go on with those not begun; and -e token=… again' },
    { command: 'runbook rollback 01RUN', why: 'take the changes back' },
    { command: REPORT, why: 'what happened, as a page for others' },
  ]);
});

test('outcomes are counted in one order, with the reasons that were given', () => {
  const summary = recap(APPLY);
  expect(summary?.counts.map(({ outcome, hosts }) => [outcome, ...hosts])).toEqual([
    ['fixed', 'lab-2'],
    ['rolled-back', 'lab-4'],
    ['unreachable', 'lab-5'],
    ['other-cause', 'lab-3'],
    ['healthy', 'lab-1'],
  ]);
  expect(summary?.reasons.map(({ outcome, reason }) => [outcome, reason?.code])).toEqual([
    ['rolled-back', 'verify-failed'],
    ['unreachable', 'unreachable'],
  ]);
});

test('a reason is dropped when the host ended otherwise than it was planned', () => {
  const reason = { code: 'unreachable', message: 'm' } as const;
  const events = stamped([
    started('apply', ['a']),
    { type: 'host.planned', host: 'a', plan: plan('a', 'unreachable', { reason }) },
    { type: 'run.finished', outcomes: { a: 'skipped' }, exitCode: 0 },
  ]);
  expect(recap(events)?.reasons).toEqual([]);
});

test.each([
  [['runbook', 'plan', 'a-b_c.yml'], 'runbook plan a-b_c.yml'],
  [['runbook', '-l', '*', ''], "runbook -l '*' ''"],
  [['echo', "it's"], "echo 'it'\\''s'"],
])('words %j are the command %s', (words, expected) => {
  expect(commandLine(words)).toBe(expected);
});
