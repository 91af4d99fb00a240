import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { listRuns } from '../../src/cli/list-runs.ts';
import type { EventBody } from '../../src/domain/event.ts';
import type { Outcome } from '../../src/domain/plan.ts';
import { flagRemoved, plan, stamped, started, transaction } from '../ui/streams.ts';
import { fakeWorld, keepRun } from './rig.ts';

const named = (run: string, event: EventBody): EventBody => ({ ...event, run }) as EventBody;

const apply = (...more: readonly EventBody[]) =>
  stamped([named('r1', started('apply', ['a'])), { type: 'host.planned', host: 'a', plan: plan('a', 'would-fix') }, ...more]);

const rollback = (run: string, outcome: Outcome) =>
  stamped([
    named(run, started('rollback', ['a'], { of: 'r1' })),
    { type: 'host.finished', host: 'a', outcome },
    { type: 'run.finished', outcomes: { a: outcome }, exitCode: 0 },
  ]);

const sent = transaction('a', false, [flagRemoved()]);

test.each<[Outcome, boolean]>([
  ['rolled-back', false],
  ['unreachable', true],
])('a run in doubt whose rollback ended %s is in doubt: %s', async (outcome, doubtful) => {
  const { world, out, runs } = fakeWorld();
  await keepRun(runs, 'r1', apply(...sent.slice(0, 1)));
  await keepRun(runs, 'r2', rollback('r2', outcome));
  expect(await listRuns(world, { color: 'never' })).toBe(0);
  expect(out.text.includes('in doubt')).toBe(doubtful);
  expect(out.text.includes('not known what happened on a: "runbook rollback r1"')).toBe(doubtful);
});

test('a host that was changed when the process was killed is named, and is not called affected', async () => {
  const { world, out, runs } = fakeWorld();
  await keepRun(runs, 'r1', apply(...sent));
  await listRuns(world, { color: 'never' });
  expect(out.lines[0]).toContain('interrupted  1 in an unknown state');
  expect(out.lines[1]).toBe('  changed and never verified: a; "runbook rollback r1" takes it back');
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
