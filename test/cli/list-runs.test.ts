import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { listRuns } from '../../src/cli/list-runs.ts';
import type { EventBody } from '../../src/domain/event.ts';
import type { Outcome } from '../../src/domain/plan.ts';
import { flagRemoved, plan, settled, stamped, started, transaction } from '../ui/streams.ts';
import { fakeWorld, keepRun } from './rig.ts';

const named = (run: string, event: EventBody): EventBody => ({ ...event, run }) as EventBody;

const apply = (...more: readonly EventBody[]) =>
  stamped([named('r1', started('apply', ['a'])), { type: 'host.planned', host: 'a', plan: plan('a', 'would-fix') }, ...more]);

const ended = (outcome: Outcome): EventBody => ({ type: 'run.finished', outcomes: { a: outcome }, exitCode: 0 });

const rollback = (run: string, outcome: Outcome | undefined, bodies: readonly EventBody[] = []) =>
  stamped([
    named(run, started('rollback', ['a'], { of: 'r1' })),
    ...bodies,
    ...(outcome === undefined ? [] : [{ type: 'host.finished', host: 'a', outcome } as const, ended(outcome)]),
  ]);

const sent = transaction('a', false, [flagRemoved()]);

test.each<[string, readonly EventBody[], boolean]>([
  ['asked the host, which is back', settled('a', false, 'undo').slice(1), false],
  ['did not reach it', [], true],
])('a run in doubt whose rollback %s is in doubt: %s', async (_, bodies, doubtful) => {
  const { world, out, runs } = fakeWorld();
  await keepRun(runs, 'r1', apply(...sent.slice(0, 1)));
  await keepRun(runs, 'r2', rollback('r2', doubtful ? 'unreachable' : 'healthy', bodies));
  expect(await listRuns(world, { color: 'never' })).toBe(0);
  expect(out.text.includes('in doubt')).toBe(doubtful);
  expect(out.text.includes('not known what became of a: "runbook resume r1" asks and settles them')).toBe(doubtful);
});

test.each([
  ['announced', sent.slice(0, 1)],
  ['applied', sent],
])('a host whose changes were %s when the process was killed is named, and is not called affected', async (_, bodies) => {
  const { world, out, runs } = fakeWorld();
  await keepRun(runs, 'r1', apply(...bodies));
  await listRuns(world, { color: 'never' });
  expect(out.lines[0]).toContain('in doubt  1 in an unknown state');
  expect(out.lines[1]).toBe('  not known what became of a: "runbook resume r1" asks and settles them');
});

test('of a run whose rollback was cut off, the rollback is what is to be resumed', async () => {
  const { world, out, runs } = fakeWorld();
  await keepRun(runs, 'r1', apply(...sent, ...settled('a', false, 'confirm'), ended('fixed')));
  await keepRun(runs, 'r2', rollback('r2', undefined, transaction('a', true, [flagRemoved()])));
  await listRuns(world, { color: 'never' });
  expect(out.lines.map((line) => line.slice(0, 24))).toEqual([
    'r2  rollback of r1 kubel',
    '  not known what became ',
    'r1  apply kubelet-bad-fl',
  ]);
  expect(out.lines[1]).toContain('"runbook resume r2"');
});

test('a run that was resumed is finished, and in doubt no more', async () => {
  const { world, out, runs } = fakeWorld();
  const resumed: EventBody = { type: 'run.resumed', operator: 'bo', hosts: ['a'] };
  await keepRun(runs, 'r1', apply(...sent, resumed, ...settled('a', false, 'undo'), ended('rolled-back')));
  await listRuns(world, { color: 'never' });
  expect(out.lines).toEqual([expect.stringContaining('finished  1 rolled back')]);
});

test('a run that was killed before its first event has done nothing, and is no fault', async () => {
  const { world, out, err, runs } = fakeWorld();
  await keepRun(runs, 'r1', rollback('r1', 'rolled-back'));
  await keepRun(runs, 'r2', []);
  expect(await listRuns(world, { color: 'never' })).toBe(0);
  expect(out.lines.map((line) => line.slice(0, 2))).toEqual(['r1']);
  expect(err.text).toBe('');
});

test('a journal that was altered in its first line is told of, and does not hide the others', async () => {
  const { world, out, err, runs } = fakeWorld();
  const path = join(await keepRun(runs, 'r1', apply(...sent)), 'journal.jsonl');
  await writeFile(path, (await readFile(path, 'utf8')).replace('"ada"', '"eve"'));
  await keepRun(runs, 'r2', rollback('r2', 'rolled-back'));
  expect(await listRuns(world, { color: 'never' })).toBe(1);
  expect(err.text).toContain('run r1: line 1 of the journal was altered');
  expect(out.lines).toHaveLength(1);
});

test('the last run is the newest one', async () => {
  const { world, out, runs } = fakeWorld();
  for (const id of ['r1', 'r2']) await keepRun(runs, id, stamped([named(id, started('apply', ['a'])), ended('healthy')]));
  expect(await listRuns(world, { color: 'never', json: true }, 'last')).toBe(0);
  expect(JSON.parse(out.text)).toMatchObject([{ run: 'r2' }]);
});
