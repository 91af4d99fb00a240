import { expect, test } from 'vitest';
import type { EventBody, RunEvent } from '../../src/domain/event.ts';
import { noticeJson } from '../../src/ui/notice.ts';
import { maskSecrets } from '../../src/ui/secrets-mask.ts';
import { driftOf } from '../../src/views/drift.ts';
import { type Notice, notices } from '../../src/views/notices.ts';
import { testPage } from './fake-output.ts';
import { APPLY, FLEET, HOSTILE, ROLLBACK, START, stamped, started } from './streams.ts';

const HEAD = { run: '01RUN', kind: 'apply', verb: 'apply', runbook: 'kubelet-bad-flag', operator: 'ada' } as const;

interface Payload {
  readonly text: string;
  readonly runbook: Readonly<Record<string, unknown>>;
}

const payload = (notice: Notice, head: typeof HEAD = HEAD, mask = (text: string) => text): Payload =>
  JSON.parse(noticeJson(testPage({ mask }), head, notice, mask)) as Payload;

const heard = (events: readonly RunEvent[], kind: 'apply' | 'rollback' = 'apply') => {
  const noticeOf = notices(kind);
  return events.flatMap((event) => noticeOf(event) ?? []);
};

test('of an apply that fails on the way, people hear how it begins, what fails first, that it stops, and how it ends', () => {
  expect(heard(APPLY).map((notice) => payload(notice).text)).toEqual([
    'apply `kubelet-bad-flag` by `ada`: waits for an answer (`run`) to go on with 2 hosts (run `01RUN`)',
    'apply `kubelet-bad-flag` by `ada`: changing 2 of 5 hosts in 2 waves (run `01RUN`)',
    'apply `kubelet-bad-flag` by `ada`: first failure: `lab-4` rolled back: `kubelet.service has been up for only 3 s` (run `01RUN`)',
    'apply `kubelet-bad-flag` by `ada`: begins no further host: 1 failure, 0 allowed; 0 hosts not begun (run `01RUN`)',
    [
      'apply `kubelet-bad-flag` by `ada`: finished with exit code 3: 1 healthy, 1 fixed, 1 ill of another cause, 1 rolled back, 1 not reached (run `01RUN`)',
      '• `lab-5` not reached: `no answer from lab-5 port 22 within 10 s`',
      '• `lab-4` rolled back: `kubelet.service has been up for only 3 s`',
    ].join('\n'),
  ]);
});

test('what a rollback puts back is no trouble', () => {
  expect(heard(ROLLBACK, 'rollback').map(({ what }) => what)).toEqual(['asked', 'begun', 'finished']);
  const last = heard(ROLLBACK, 'rollback').at(-1) ?? expect.unreachable();
  expect(payload(last).runbook).toMatchObject({ what: 'finished', trouble: [{ outcome: 'conflict', hosts: ['lab-6'] }] });
});

test('a run that is held, and goes on, is heard of', () => {
  const steered: readonly EventBody[] = [
    started('apply', ['a', 'b']),
    { type: 'rollout.paused', by: 'bo', notStarted: ['b'] },
    { type: 'rollout.continued' },
    { type: 'rollout.held', unconfirmed: 2, maxUnavailable: 1, notStarted: ['b'] },
    { type: 'rollout.breached', wave: 1, by: 'gate', rollBack: ['a'], notStarted: ['b'] },
    { type: 'rollout.breached', wave: 1, by: 'failures', rollBack: ['a'], notStarted: ['b'] },
    { type: 'rollout.closed', why: 'a freeze', notStarted: ['b'] },
  ];
  expect(
    heard(stamped(steered)).map((notice) =>
      payload(notice)
        .text.replace(/^.*?: /, '')
        .replace(/ \(run.*/, ''),
    ),
  ).toEqual([
    'paused by `bo`, 1 host not begun',
    'continued',
    'begins no further host: 2 hosts changed and not settled, 1 allowed; 1 host not begun',
    'begins no further host: the gate after wave 1 does not pass; 1 host not begun, 1 host to be taken back',
    'begins no further host: `a freeze`; 1 host not begun',
  ]);
});

test('programs get the same as data, with a version', () => {
  const [, , failure] = heard(APPLY);
  expect(payload(failure ?? expect.unreachable()).runbook).toEqual({
    schema: 'runbook/notice/v1',
    ...HEAD,
    at: expect.stringMatching(/^2026-11-22T08:/),
    what: 'failure',
    host: 'lab-4',
    outcome: 'rolled-back',
    reason: { code: 'verify-failed', message: 'kubelet.service has been up for only 3 s', at: 'verify' },
  });
});

test('an audit is told by its news', () => {
  const { drift } = driftOf({ runbook: 'x', runbookSha256: '', at: START }, undefined, FLEET);
  const { text, runbook } = payload({ at: START, what: 'drift', exitCode: 3, drift });
  expect(text).toContain('audit with exit code 3: 3 newly ill, 1 not reached');
  expect(text).toContain('\n• newly ill: `lab-2`, `lab-3`, `lab-4`\n• newly unreached: `lab-5`');
  expect(runbook['news']).toHaveLength(4);
});

test('nothing that a host, a runbook or an inventory says becomes a mention, a link, a picture or another message', () => {
  const evil = `<!channel> <@U1> <https://evil.example|click> @everyone \`@here\` ![x](https://evil.example) *b* & ${HOSTILE}`;
  const head = { ...HEAD, runbook: evil, operator: evil } as unknown as typeof HEAD;
  const events = stamped([
    started('apply', [evil]),
    { type: 'wave.started', wave: 1, of: 1, hosts: [evil] },
    { type: 'host.finished', host: evil, outcome: 'failed', reason: { code: 'refused', message: evil, hint: evil } },
    { type: 'rollout.paused', by: evil, notStarted: [evil] },
    { type: 'rollout.closed', why: evil, notStarted: [evil] },
    { type: 'run.finished', outcomes: { [evil]: 'failed' }, exitCode: 3 },
  ]);
  for (const { text } of heard(events).map((notice) => payload(notice, head))) {
    // What stands outside of code is ours, and code ends at the next backtick.
    const outside = text.split('`').filter((_, index) => index % 2 === 0);
    expect(outside.join('')).toMatch(/^[\w :;,.()•\n]*$/);
    expect(text.split('`').length % 2).toBe(1);
    expect(text).not.toMatch(/[<>]|&(?!amp;|lt;|gt;)|[^\P{Cc}\n]|\u202e/u);
  }
});

test('a sentence of a host has an end, and only a few hosts are named', () => {
  const names = Array.from({ length: 30 }, (_, index) => `web-${index}`);
  const reason = { code: 'refused', message: 'x'.repeat(10_000) } as const;
  const ends: readonly EventBody[] = names.map((host) => ({ type: 'host.finished', host, outcome: 'failed', reason }));
  const outcomes = Object.fromEntries(names.map((host) => [host, 'failed' as const]));
  const last = heard(stamped([started('apply', names), ...ends, { type: 'run.finished', outcomes, exitCode: 3 }])).at(-1);
  const { text } = payload(last ?? expect.unreachable());
  expect(text.length).toBeLessThan(800);
  expect(text).toContain('`web-7` and 22 more failed');
});

test('secrets are masked in the text and in the data', () => {
  const mask = maskSecrets(['hunter2-token']);
  const reason = { code: 'refused', message: 'no: hunter2-token' } as const;
  const told = JSON.stringify(payload({ at: START, what: 'failure', host: 'a', outcome: 'failed', reason }, HEAD, mask));
  expect(told).not.toContain('hunter2');
  expect(told).toContain('***');
});
