import { afterEach, describe, expect, test, vi } from 'vitest';
import type { EventBody, RunEvent } from '../../src/domain/event.ts';
import { plainView } from '../../src/ui/plain-view.ts';
import { FakeOutput, testPage } from './fake-output.ts';
import { APPLY, bigFleet, DONE, plan, ROLLBACK, START, stamped, started, transaction, UNREACHABLE } from './streams.ts';

function shown(events: readonly RunEvent[]): readonly string[] {
  const output = new FakeOutput({ isTTY: false });
  const view = plainView(output, testPage({}, output));
  for (const event of events) view.event(event);
  return output.lines;
}

test('a run is one line for each event that matters', () => {
  expect(`\n${shown(APPLY).join('\n')}\n`).toMatchInlineSnapshot(`
    "
    08:05:00  -      apply kubelet-bad-flag on 5 hosts (run 01RUN, by ada)
    08:05:01  lab-1  healthy
    08:05:02  lab-2  affected: --improve-speed is not a flag of /usr/bin/kubelet
    08:05:03  lab-3  ill of another cause: kubelet.service is not active, but failed
    08:05:04  lab-4  affected: --improve-speed is not a flag of /usr/bin/kubelet
    08:05:05  lab-5  not reached: no answer from lab-5 port 22 within 10 s
    08:05:09  -      asking whether to go on with 2 hosts
    08:05:10  -      ada answered yes
    08:05:11  -      wave 1 of 2: lab-2
    08:05:13  lab-2  changing /var/lib/kubelet/kubeadm-flags.env, reset-failed kubelet.service, restart kubelet.service
    08:05:15  lab-2  waiting: kubelet.service has been up for only 3 s (17 s to go)
    08:05:16  lab-2  verify holds
    08:05:18  lab-2  confirmed
    08:05:19  lab-2  fixed
    08:05:20  -      wave 1 ended: 0 failures so far, 0 allowed
    08:05:21  -      wave 2 of 2: lab-4
    08:05:23  lab-4  changing /var/lib/kubelet/kubeadm-flags.env, reset-failed kubelet.service, restart kubelet.service
    08:05:25  lab-4  waiting: kubelet.service has been up for only 3 s
    08:05:26  lab-4  taking back
    08:05:27  lab-4  is back as it was
    08:05:28  lab-4  rolled back: kubelet.service has been up for only 3 s
    08:05:29  -      wave 2 ended: 1 failure so far, 0 allowed
    08:05:30  -      stopping: 1 failure, 0 allowed; 0 hosts not begun
    08:05:31  -      finished with exit code 3
    "
  `);
});

test('a rollback says what there is to put back', () => {
  expect(`\n${shown(ROLLBACK.slice(0, 6)).join('\n')}\n`).toMatchInlineSnapshot(`
    "
    08:05:00  -      rollback kubelet-bad-flag on 3 hosts (run 01RUN, by ada)
    08:05:01  lab-2  to be put back
    08:05:02  lab-6  in conflict with an edit by somebody else: /var/lib/kubelet/kubeadm-flags.env was edited by somebody else since
    08:05:03  lab-7  nothing to take back
    "
  `);
});

test('a run that is taken up again has the names of its hosts in one column', () => {
  const hosts = ['a', 'web-10'];
  const reports = hosts.map((host) => ({ type: 'transaction.reported', host, tx: host, state: 'confirmed', remarks: [] }) as const);
  expect(shown(stamped([{ type: 'run.resumed', operator: 'bo', hosts }, ...reports]))).toEqual([
    '08:05:00  -       resumed by bo: 2 hosts to settle',
    '08:05:01  a       confirmed',
    '08:05:02  web-10  confirmed',
  ]);
});

test('a host that waits for the same thing again says nothing new', () => {
  const waiting = { type: 'verify.attempted', host: 'a', attempt: 1, unmet: [{ what: 'up for 3 s' }] } as const;
  expect(
    shown(stamped([waiting, { ...waiting, attempt: 2, unmet: [{ what: 'up for 5 s' }] }, { ...waiting, attempt: 3, unmet: [] }])),
  ).toEqual(['08:05:00  a  waiting: up for 3 s', '08:05:02  a  verify holds']);
});

test('a runbook without verify does not say that verify holds', () => {
  const asked = { type: 'verify.attempted', host: 'a', attempt: 1, unmet: [], nothing: true } as const;
  expect(shown(stamped([asked]))).toEqual(['08:05:00  a  verify asks nothing']);
});

test('of more than 200 hosts those that are well are counted, and the others named', () => {
  const hosts = [...bigFleet(), plan('lab-5', 'unreachable', { reason: UNREACHABLE })];
  const lines = shown(
    stamped([
      started(
        'plan',
        hosts.map(({ host }) => host),
      ),
      ...hosts.map((each) => ({ type: 'host.planned', host: each.host, plan: each }) as const),
    ]),
  );
  expect(lines.length).toBe(12);
  expect(lines[1]).toContain('41 of 401 hosts looked at');
  expect(lines.at(-2)).toContain('lab-5     not reached: no answer from lab-5 port 22 within 10 s');
  expect(lines.at(-1)).toContain('401 of 401 hosts looked at');
});

test('a transaction that stopped says how far it came and why', () => {
  const named = { host: 'a', tx: '1' } as const;
  const failure = { code: 'lost', message: 'the connection closed' } as const;
  expect(
    shown(
      stamped([
        {
          type: 'transaction.finished',
          ...named,
          results: [DONE, { kind: 'failed', message: 'no space' }, { kind: 'not-reached' }],
          state: 'rolled-back',
          remarks: [],
        },
        { type: 'transaction.lost', ...named, failure },
        { type: 'budget.exceeded', failures: 3, budget: 2, notStarted: ['b'] },
        { type: 'run.interrupted', signal: 'SIGINT' },
      ]),
    ),
  ).toEqual([
    '08:05:00  a  1 of 3 changes done: no space',
    '08:05:01  a  not known whether the changes took place, asking the host: the connection closed',
    '08:05:02  -  stopping: 3 failures, 2 allowed; 1 host not begun',
    '08:05:03  -  interrupted by SIGINT',
  ]);
});

test('a run that is read aloud has no times, columns, signs or colours', () => {
  const output = new FakeOutput();
  const view = plainView(output, testPage({ spoken: true, color: 'always' }, output));
  for (const event of APPLY.slice(0, 12)) view.event(event);
  expect(output.lines.slice(-3)).toEqual(['asking whether to go on with 2 hosts', 'ada answered yes', 'wave 1 of 2: lab-2']);
  expect(output.lines).toContain('lab-5: not reached: no answer from lab-5 port 22 within 10 s');
  expect(output.text).not.toMatch(/[✓✗…\x1b]/);
});

describe('a run that is silent for half a minute', () => {
  afterEach(() => void vi.useRealTimers());

  function silentAfter(events: readonly RunEvent[], quiet = false): readonly string[] {
    vi.useFakeTimers({ now: events.at(-1)?.at ?? START });
    const output = new FakeOutput({ isTTY: false });
    const view = plainView(output, testPage({}, output), { quiet });
    for (const event of events) view.event(event);
    const told = output.lines.length;
    vi.advanceTimersByTime(29_000);
    expect(output.lines.length).toBe(told);
    vi.advanceTimersByTime(32_000);
    void view.close();
    vi.advanceTimersByTime(60_000);
    return output.lines.slice(told);
  }

  test('says what it waits for, and again after as long', () => {
    expect(silentAfter(APPLY.slice(0, 16))).toEqual([
      '08:05:45  -      wave 1 of 2: 0 of 1 host done, 1 under way, the longest of them lab-2 is verifying for 31 s',
      '08:06:15  -      wave 1 of 2: 0 of 1 host done, 1 under way, the longest of them lab-2 is verifying for 1 min 1 s',
    ]);
  });

  test('names who has not answered while hosts are looked at, also where nothing else is told', () => {
    expect(silentAfter(APPLY.slice(0, 4), true)[0]).toBe(
      '08:05:33  -      still looking: 3 of 5 hosts, no answer yet from lab-4, lab-5; about 20 s left',
    );
  });

  test('says who holds the run', () => {
    const paused = { type: 'rollout.paused', by: 'bob', notStarted: ['lab-4'] } as const;
    expect(silentAfter([...APPLY.slice(0, 22), ...stamped([paused])])[0]).toContain('paused by bob: 1 host not begun');
    const goesOn = stamped([paused, { type: 'rollout.continued' }]);
    expect(silentAfter([...APPLY.slice(0, 22), ...goesOn])).toEqual([]);
  });

  test('says which host is settled by whoever goes on with it', () => {
    const [intended] = transaction('a', false, []);
    const resumed = [{ type: 'run.resumed', operator: 'bo', hosts: ['a', 'b'] }, intended] as EventBody[];
    expect(silentAfter(stamped(resumed))[0]).toContain(
      'settling: 0 of 2 hosts done, 1 under way, the longest of them a is changing for 30 s',
    );
  });

  test.each([
    ['while somebody is asked', 'approval.requested'],
    ['at its end', 'run.finished'],
  ])('says nothing %s', (_, type) => {
    expect(silentAfter(APPLY.slice(0, APPLY.findIndex((event) => event.type === type) + 1))).toEqual([]);
  });
});
