import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { listRuns, type RunsOptions } from '../../src/cli/list-runs.ts';
import { pointInTime } from '../../src/cli/point-in-time.ts';
import type { EventBody, RunEvent, RunKind } from '../../src/domain/event.ts';
import type { Outcome } from '../../src/domain/plan.ts';
import { flagRemoved, started, transaction } from '../ui/streams.ts';
import { fakeWorld, keepRun } from './rig.ts';

const DAY = 86_400_000;
const NOON = Date.UTC(2026, 10, 20, 12);

interface Kept {
  readonly kind?: RunKind;
  readonly runbook?: string;
  readonly of?: string;
  readonly outcomes: Readonly<Record<string, Outcome>>;
  readonly middle?: readonly EventBody[];
  readonly exitCode?: number;
}

const idOf = (day: number) => `2026112${day}-120000-000abc`;

function events(
  day: number,
  { kind = 'apply', runbook = 'kubelet-bad-flag', of, outcomes, middle = [], exitCode = 0 }: Kept,
): readonly RunEvent[] {
  const first = { ...started(kind, Object.keys(outcomes)), run: idOf(day), runbook, ...(of === undefined ? {} : { of }) } as EventBody;
  const ends = Object.entries(outcomes).map(([host, outcome]): EventBody => ({ type: 'host.finished', host, outcome }));
  const bodies: readonly EventBody[] = [first, ...middle, ...ends, { type: 'run.finished', outcomes, exitCode }];
  return bodies.map((body, index) => ({ at: NOON + day * DAY + index, ...body }));
}

/** Five runs, one a day from the 20th on. */
const RUNS: readonly Kept[] = [
  { outcomes: { 'web-1': 'fixed', 'db-1': 'healthy' } },
  { outcomes: { 'web-1': 'rolled-back', 'web-2': 'fixed' }, exitCode: 3 },
  { kind: 'rollback', of: idOf(1), outcomes: { 'web-2': 'rolled-back' } },
  { runbook: 'ntp-drift', outcomes: { 'db-1': 'failed' }, exitCode: 3 },
  { runbook: 'ntp-drift', outcomes: { 'db-1': 'unknown' }, middle: transaction('db-1', false, [flagRemoved()]).slice(0, 1), exitCode: 4 },
];

describe('of runs that are kept', () => {
  let rig: ReturnType<typeof fakeWorld>;
  beforeEach(async () => {
    rig = fakeWorld();
    for (const [day, run] of RUNS.entries()) await keepRun(rig.runs, idOf(day), events(day, run));
  });
  const listed = async (options: Partial<RunsOptions>) => {
    const code = await listRuns(rig.world, { color: 'never', json: true, ...options });
    return code === 0 ? (JSON.parse(rig.out.text) as { run: string }[]).map(({ run }) => Number(run.charAt(7))) : rig.err.text;
  };

  test.each<[string, Partial<RunsOptions>, readonly number[]]>([
    ['all', {}, [4, 3, 2, 1, 0]],
    ['those of a runbook', { runbook: 'ntp-drift' }, [4, 3]],
    ['those of runbooks that a pattern matches', { runbook: 'kubelet-*' }, [2, 1, 0]],
    ['those with a host', { host: 'web-2' }, [2, 1]],
    ['those with hosts that a pattern matches', { host: 'web-*' }, [2, 1, 0]],
    ['those in which a host ended so', { outcome: 'fixed' }, [1, 0]],
    ['those in which this host ended so', { outcome: 'fixed', host: 'web-1' }, [0]],
    ['those of which the ends do not say enough', { outcome: 'unknown' }, [4]],
    ['those of a kind', { kind: 'rollback' }, [2]],
    ['those since a day', { since: '2026-11-22' }, [4, 3, 2]],
    ['those since a time', { since: '2026-11-22T13:00:00+00:30' }, [4, 3]],
    ['those until a day, which counts whole', { until: '2026-11-21' }, [1, 0]],
    ['those of one day', { since: '2026-11-21', until: '2026-11-21' }, [1]],
    ['the newest few', { last: 2 }, [4, 3]],
    ['the newest few of those that are wanted', { last: 1, runbook: 'kubelet-bad-flag', kind: 'apply' }, [1]],
    ['none', { host: 'mail' }, []],
  ])('%s are listed', async (_, options, days) => {
    expect(await listed(options)).toEqual(days);
  });

  test('nobody is told that there is none where there are others', async () => {
    await listRuns(rig.world, { color: 'never', host: 'mail' });
    expect(rig.err.text).toBe('No run is as that.\n');
  });

  test.each<[string, Partial<RunsOptions>, string]>([
    ['a day that there is not', { since: '2026-02-30' }, '--since is a day, a time or a duration, but is 2026-02-30'],
    ['a word', { until: 'yesterday' }, '--until is a day, a time or a duration, but is yesterday'],
    ['an end before the beginning', { since: '2026-11-22', until: '2026-11-21' }, 'is not before --until'],
  ])('%s is refused', async (_, options, says) => {
    expect(await listed(options)).toContain(says);
  });

  test('one run and filters together are refused', async () => {
    expect(await listRuns(rig.world, { color: 'never', kind: 'apply' }, 'last')).toBe(1);
    expect(rig.err.text).toContain('there is nothing to choose among');
  });

  test('what both ends tell is what the whole journal tells', async () => {
    await listRuns(rig.world, { color: 'never', json: true });
    const byEnds = JSON.parse(rig.out.text) as object[];
    const whole = fakeWorld();
    for (const [day, run] of RUNS.entries()) await keepRun(whole.runs, idOf(day), events(day, run));
    await listRuns(whole.world, { color: 'never', json: true, verify: true });
    const withoutSignature = (JSON.parse(whole.out.text) as { signature?: unknown }[]).map(({ signature: _, ...row }) => row);
    expect(byEnds).toEqual(withoutSignature);
    expect(byEnds).toMatchObject([{ state: 'in-doubt', inDoubt: ['db-1'] }, {}, {}, {}, {}]);
  });

  test('a rollback in doubt is seen at the run that it takes back, also where rollbacks are not wanted', async () => {
    const sent = transaction('web-1', true, [flagRemoved()]).slice(0, 1);
    await keepRun(
      rig.runs,
      idOf(5),
      events(5, { kind: 'rollback', of: idOf(0), outcomes: { 'web-1': 'unknown' }, middle: sent, exitCode: 4 }),
    );
    await listRuns(rig.world, { color: 'never', json: true, kind: 'apply', until: '2026-11-20' });
    expect(JSON.parse(rig.out.text)).toMatchObject([{ run: idOf(0), state: 'in-doubt' }]);
  });

  test.each([
    ['first', 0],
    ['last', -1],
  ])('an altered %s line is noticed', async (_, line) => {
    const path = join(rig.runs, idOf(1), 'journal.jsonl');
    const lines = (await readFile(path, 'utf8')).trimEnd().split('\n');
    const altered = lines.at(line)?.replace('"at":17', '"at":16') ?? '';
    expect(lines).not.toContain(altered);
    await writeFile(path, `${lines.with(line, altered).join('\n')}\n`);
    await listRuns(rig.world, { color: 'never' });
    expect(rig.out.text + rig.err.text).toContain('of the journal was altered');
  });
});

test.each<[string, number, number]>([
  ['2026-11-20', NOON - DAY / 2, NOON + DAY / 2],
  ['2026-11-20T12:00', NOON, NOON],
  ['2026-11-20T12:00:00Z', NOON, NOON],
  ['2026-11-20T13:00:00.000+01:00', NOON, NOON],
  ['1d12h', NOON - 1.5 * DAY, NOON - 1.5 * DAY],
])('%s is a point in time', (text, from, to) => {
  expect(pointInTime('--since', text, NOON)).toEqual({ ok: true, value: { from, to } });
});

test.each(['', '2026', '2026-13-01', '2026-11-31', '2026-11-20 12:00', '2026-11-20T25:00', '2', '-2d', '2w'])('"%s" is none', (text) => {
  expect(pointInTime('--since', text, NOON).ok).toBe(false);
});
