import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { EventBody, RunEvent } from '../../src/domain/event.ts';
import type { Outcome } from '../../src/domain/plan.ts';
import { columnsOf } from '../../src/formats/columns.ts';
import { type Hold, liveFrame, type Size } from '../../src/ui/live-frame.ts';
import { helpPage, hostsPage, scrolled } from '../../src/ui/live-pages.ts';
import { isTrouble } from '../../src/ui/outcome-words.ts';
import { Progress } from '../../src/views/progress.ts';
import { FakeOutput, testPage } from './fake-output.ts';
import { APPLY, bigFleet, HOSTILE, illPlan, plan, START, stamped, started, transaction } from './streams.ts';

const page = testPage();
const KEYS = ['p pause', 'h halt', 'd hosts', 'f diff', '? help'];
const GOING: Hold = { stopping: false };

function progressOf(events: readonly RunEvent[]): Progress {
  const progress = new Progress(isTrouble);
  for (const event of events) progress.take(event);
  return progress;
}

function frame(events: readonly RunEvent[], size: Size = { columns: 80, rows: 24 }, hold: Hold = GOING, now = START + 30_000): string {
  return `\n${liveFrame(page, { progress: progressOf(events), hold, now, keys: KEYS }, size)
    .map((line) => line.trimEnd())
    .join('\n')}\n`;
}

/** A wave of 300 of 400 hosts: 40 fixed, 12 rolled back, 3 not reached, 50 under way. */
function bigWave(): readonly RunEvent[] {
  const fleet = bigFleet();
  const hosts = fleet.map(({ host }) => host);
  const ended =
    (outcome: Outcome, message?: string) =>
    (host: string): readonly EventBody[] => [
      { type: 'host.started', host },
      { type: 'host.finished', host, outcome, ...(message === undefined ? {} : { reason: { code: 'verify-failed', message } as const }) },
    ];
  return stamped([
    started('apply', hosts),
    ...fleet.map((each): EventBody => ({ type: 'host.planned', host: each.host, plan: each })),
    { type: 'wave.started', wave: 1, of: 3, hosts: hosts.slice(0, 1) },
    ...hosts.slice(0, 1).flatMap(ended('fixed')),
    { type: 'wave.finished', wave: 1, failures: 0, budget: 20 },
    { type: 'wave.started', wave: 2, of: 3, hosts: hosts.slice(1, 301) },
    ...hosts.slice(1, 40).flatMap(ended('fixed')),
    ...hosts.slice(40, 52).flatMap(ended('rolled-back', 'kubelet.service has been up for only 3 s')),
    ...hosts.slice(52, 55).flatMap(ended('unreachable', 'connection refused')),
    ...hosts.slice(55, 105).map((host): EventBody => ({ type: 'host.started', host })),
    ...hosts.slice(55, 90).flatMap((host) => transaction(host, false, [])),
    { type: 'verify.attempted', host: hosts[55] ?? '', attempt: 1, unmet: [{ what: 'kubelet.service is not active', pendingMs: 17_000 }] },
  ]);
}

const BIG_END = START + 760_000;

describe('one screen of a run', () => {
  test('of few hosts has a row for each', () => {
    expect(frame(APPLY.slice(0, 16))).toMatchInlineSnapshot(`
      "
      apply kubelet-bad-flag  wave 1 of 2                                        30 s
      ────────────────────────────────────────────────────────────  0 of 2
      1 verifying   1 to go

      › lab-2  verifying       0:18  17 s to go: kubelet.service has been up for onl…

      p pause   h halt   d hosts   f diff   ? help
      "
    `);
  });

  test('of many has the failing ones by reason, and the longest under way', () => {
    expect(frame(bigWave(), undefined, undefined, BIG_END)).toMatchInlineSnapshot(`
      "
      apply kubelet-bad-flag  wave 2 of 3                                 12 min 40 s
      ━━━━━──────────────────────────────────  55 of 400, about 5 s left in this wave
      ✓ 40 fixed   ! 12 rolled back   ✗ 3 not reached   35 verifying   15 connecting
      295 to go   15 failures, 20 allowed

      ! 12 hosts  rolled back: kubelet.service has been up for only 3 s (node-41, no…
      ✗ 3 hosts   not reached: connection refused (node-53, node-54, node-55)

      longest under way
        node-56  verifying       4:06  17 s to go: kubelet.service is not active
        node-57  verifying       4:05
        node-58  verifying       4:04
        node-59  verifying       4:03
        node-60  verifying       4:02
        node-61  verifying       4:01
        node-62  verifying       4:00
        node-63  verifying       3:59

      p pause   h halt   d hosts   f diff   ? help
      "
    `);
  });

  test('has less of that on a small terminal', () => {
    expect(frame(bigWave(), { columns: 40, rows: 12 }, undefined, BIG_END)).toMatchInlineSnapshot(`
      "
      apply kubelet-bad-flag  wave 2 of 3
      55 of 400, about 5 s left in this wave
      ✓ 40 fixed   ! 12 rolled back
      ✗ 3 not reached   35 verifying
      15 connecting   295 to go
      15 failures, 20 allowed

      ! 12 hosts  rolled back: kubelet.servi…

      p pause h halt d hosts f diff ? help
      "
    `);
  });

  test('says who has paused the run, and for how long', () => {
    expect(frame(bigWave(), undefined, { stopping: false, pausedBy: { by: 'bob', since: BIG_END - 61_000 } }, BIG_END)).toContain(
      '\n! paused by bob for 1 min 1 s: hosts under way come to their end\n',
    );
  });

  test('says that the run ends, and what another Ctrl-C does', () => {
    const hold = { stopping: true, pausedBy: { by: 'bob', since: START } };
    expect(frame(bigWave(), undefined, hold, BIG_END)).toContain(
      '\n! stopping: hosts under way come to their end; Ctrl-C again leaves at once\n',
    );
  });

  test('names who has not answered yet, of many that are looked at', () => {
    const fleet = bigFleet();
    const hosts = fleet.map(({ host }) => host);
    const planned = fleet.slice(2).map((each): EventBody => ({ type: 'host.planned', host: each.host, plan: each }));
    expect(frame(stamped([started('plan', hosts), ...planned]))).toContain('\nno answer yet: node-1, node-2\n');
  });
});

const NAMES = ['a', 'node-2', '日本語のホスト', '👍👍', HOSTILE, 'n'.repeat(200)];
const host = fc.constantFrom(...NAMES);
const outcome = fc.constantFrom<Outcome>('fixed', 'healthy', 'rolled-back', 'failed', 'unreachable', 'unknown', 'stale', 'conflict');
const text = fc.oneof(fc.constant(HOSTILE), fc.string({ unit: 'binary' }), fc.constant('日'.repeat(100)));
const reason = text.map((message) => ({ code: 'lost', message, hint: message }) as const);
const body = fc.oneof<fc.Arbitrary<EventBody>[]>(
  fc.array(host, { maxLength: 40 }).map((hosts) => started('apply', hosts)),
  fc
    .record({ host, outcome, why: reason })
    .map((one) => ({ type: 'host.planned', host: one.host, plan: plan(one.host, one.outcome, { reason: one.why }) })),
  host.map((name) => ({ type: 'host.planned', host: name, plan: illPlan(name) })),
  fc.array(host, { maxLength: 40 }).map((hosts) => ({ type: 'wave.started', wave: 1, of: 2, hosts })),
  fc.nat(30).map((failures) => ({ type: 'wave.finished', wave: 1, failures, budget: 3 })),
  host.map((name) => ({ type: 'host.started', host: name })),
  host.map((name) => ({ type: 'undo.intended', host: name, tx: '1' })),
  fc.record({ host, what: text }).map((one) => ({ type: 'verify.attempted', host: one.host, attempt: 1, unmet: [{ what: one.what }] })),
  fc.record({ host, outcome, reason }).map((one) => ({ type: 'host.finished', ...one })),
);
const size = fc.record({ columns: fc.integer({ min: 1, max: 200 }), rows: fc.integer({ min: 1, max: 60 }) });
const hold = fc.record({ stopping: fc.boolean(), pausedBy: fc.record({ by: text, since: fc.constant(START) }) });

describe.each([
  [
    'the run',
    (progress: Progress, now: Hold, room: Size) => liveFrame(coloured(room), { progress, hold: now, now: START, keys: KEYS }, room),
  ],
  [
    'the hosts',
    (progress: Progress, _: Hold, room: Size) => hostsPage(coloured(room), progress, { host: undefined, from: 0 }, START, room),
  ],
  [
    'the diff',
    (_: Progress, __: Hold, room: Size) =>
      scrolled(
        coloured(room),
        'Changes',
        Array.from({ length: 99 }, () => '日'.repeat(70)),
        3,
        'q back',
        room,
      ),
  ],
  ['the help', (_: Progress, __: Hold, room: Size) => helpPage(coloured(room), true, room)],
])('the page of %s', (_, show) => {
  test('is never wider or higher than the terminal, and holds nothing but colours that it would act upon', () => {
    fc.assert(
      fc.property(fc.array(body, { maxLength: 60 }), hold, size, (bodies, now, room) => {
        const lines = show(progressOf(stamped(bodies)), now, room);
        expect(lines.length).toBeLessThanOrEqual(Math.max(1, room.rows - 1));
        for (const line of lines) {
          expect(columnsOf(line)).toBeLessThanOrEqual(Math.max(1, room.columns - 1));
          expect(line.replace(/\x1b\[[\d;]*m/g, '')).not.toMatch(/[\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\u2028\u2029]/);
        }
      }),
      { numRuns: 300 },
    );
  });
});

function coloured({ columns, rows }: Size) {
  return testPage({ color: 'always' }, new FakeOutput({ width: columns, height: rows }));
}
