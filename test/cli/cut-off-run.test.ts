import { appendFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { cutOffRun } from '../../src/cli/cut-off-run.ts';
import { endedBefore, runResume } from '../../src/cli/run-resume.ts';
import { runRollback } from '../../src/cli/run-rollback.ts';
import type { World } from '../../src/cli/world.ts';
import type { EventBody, RunEvent } from '../../src/domain/event.ts';
import { contentOf } from '../../src/domain/file.ts';
import { ownerText } from '../../src/journal/owner.ts';
import { recordRun } from '../../src/views/run-record.ts';
import { flagRemoved, plan, settled, stamped, started, transaction } from '../ui/streams.ts';
import { fakeWorld, keepRun } from './rig.ts';

const sent = transaction('a', false, [flagRemoved()]);
const run = (...bodies: readonly EventBody[]): readonly RunEvent[] => stamped([started('apply', ['a']), ...bodies]);
const CUT = run(...sent);
const DONE = run(...sent, ...settled('a', false, 'confirm'));

const NEVER = { color: 'never' } as const;

/** Makes this process the one that works on a run, as though it had never said that it writes no more. */
function underWay(directory: string): void {
  rmSync(join(directory, 'owner.ended'), { force: true });
  writeFileSync(join(directory, 'owner'), ownerText());
}

test('last is the newest run that has left a host unsettled, past those that have not, that are damaged, or under way', async () => {
  const { runs } = fakeWorld();
  for (const id of ['r1', 'r2']) await keepRun(runs, id, CUT);
  await keepRun(runs, 'r3', DONE);
  await keepRun(runs, 'r4', run());
  underWay(await keepRun(runs, 'r5', CUT));
  expect(await cutOffRun(runs, 'last')).toMatchObject({ ok: true, value: { id: 'r2' } });
});

test('a run is found by the beginning of its id, settled or not', async () => {
  const { runs } = fakeWorld();
  await keepRun(runs, '20260101-1', DONE);
  expect(await cutOffRun(runs, '2026')).toMatchObject({ ok: true, value: { id: '20260101-1' } });
  expect(await cutOffRun(runs, 'last')).toMatchObject({
    ok: false,
    failure: { code: 'not-found', message: 'no run has left a host unsettled' },
  });
  expect(await cutOffRun(runs, 'x')).toMatchObject({ ok: false, failure: { code: 'not-found' } });
});

test('a run that is under way, and one whose record was altered, are refused', async () => {
  const { runs } = fakeWorld();
  underWay(await keepRun(runs, 'r1', CUT));
  const journal = join(await keepRun(runs, 'r2', CUT), 'journal.jsonl');
  writeFileSync(journal, readFileSync(journal, 'utf8').replace('"state":"applied"', '"state":"confirmed"'));
  expect(await cutOffRun(runs, 'r1')).toMatchObject({
    ok: false,
    failure: { code: 'refused', message: expect.stringMatching(/^run r1 is still under way: process \d+ works on it$/) },
  });
  expect(await cutOffRun(runs, 'r2')).toMatchObject({
    ok: false,
    failure: { code: 'journal', message: expect.stringContaining('altered') },
  });
});

test('a run whose process cannot be seen from here is not taken over, by its name or as the last; it is said how to go on', async () => {
  const { runs } = fakeWorld();
  const directory = await keepRun(runs, 'r1', CUT);
  rmSync(join(directory, 'owner.ended'), { force: true });
  writeFileSync(join(directory, 'owner'), `77 1234 other ${'f'.repeat(32)} pid:[1] ci-runner-7\n`);
  for (const name of ['r1', 'last'])
    expect(await cutOffRun(runs, name)).toEqual({
      ok: false,
      failure: {
        code: 'refused',
        message: 'run r1 may still be under way: process 77 on ci-runner-7 works on it, which cannot be seen from here',
        hint: `wait for it, or end it there; when it is surely gone: rm ${directory}/owner, and try again`,
      },
    });
});

test('a record that was cut off in the middle of a line is taken up again', async () => {
  const { runs } = fakeWorld();
  appendFileSync(join(await keepRun(runs, 'r1', CUT), 'journal.jsonl'), '{"v":1,"seq":3,"h":"');
  expect(await cutOffRun(runs, 'last')).toMatchObject({ ok: true, value: { id: 'r1', events: { length: 3 } } });
});

test('a run of which every host is settled has nothing to resume, and needs no inventory', async () => {
  const { world, out, err, runs } = fakeWorld();
  await keepRun(runs, 'r1', DONE);
  const before = readFileSync(join(runs, 'r1/journal.jsonl'));
  expect(await runResume(world, 'r1', NEVER)).toBe(0);
  expect(err.text).toBe('Every host of run r1 is settled.\n');
  expect(readFileSync(join(runs, 'r1/journal.jsonl'))).toEqual(before);
  expect(out.text).toBe('');
  expect(await runResume(world, 'r1', { ...NEVER, json: true })).toBe(0);
  expect(JSON.parse(out.text)).toEqual({ run: 'r1', settled: true, hosts: [] });
});

test('hosts that were settled or found healthy keep their end; those that were only planned, and those to be settled, have none', () => {
  const hosts = ['a', 'b', 'c', 'd', 'e'];
  const planned = hosts.map((host) => {
    return { type: 'host.planned', host, plan: plan(host, host === 'd' ? 'healthy' : 'would-fix') } as const;
  });
  const [b, c] = ['b', 'c'].map((host) => transaction(host, false, [flagRemoved()]));
  const record = recordRun(
    stamped([
      started('apply', hosts),
      ...planned,
      ...sent,
      ...(b ?? []),
      ...settled('b', false, 'confirm'),
      ...(c ?? []),
      ...settled('c', false, 'undo'),
    ]),
  );
  expect([...endedBefore(record, new Set(['a']))]).toEqual([
    ['b', 'fixed'],
    ['c', 'rolled-back'],
    ['d', 'healthy'],
  ]);
});

test.each([{ limit: 'b' }, { hosts: 'b' }])('a run is settled whole: %j is refused', async (narrowed) => {
  const { world, err, runs } = fakeWorld();
  await keepRun(runs, 'r1', CUT);
  expect(await runResume(world, 'r1', { ...NEVER, inventory: ['a,b,'], ...narrowed })).toBe(1);
  expect(err.text).toContain('resume settles all hosts of a run');
});

test('a host that is not in the inventory is named, and nobody is asked', async () => {
  const { world, err, runs } = fakeWorld();
  await keepRun(runs, 'r1', CUT);
  expect(await runResume(world, 'r1', { ...NEVER, inventory: ['b,'] })).toBe(1);
  expect(err.text).toContain('the inventory has no a, which the run changed');
});

test.each<[string, readonly EventBody[], (world: World, inventory: string) => Promise<number>]>([
  ['a resume', [], (world, inventory) => runResume(world, 'r1', { ...NEVER, inventory: [inventory] })],
  [
    'a rollback',
    settled('a', false, 'confirm'),
    (world, inventory) => runRollback(world, 'r1', { ...NEVER, inventory: [inventory] }, true),
  ],
])('what is advised after %s is for the change that it is about, as that was typed', async (_, more, run) => {
  const { world, out, runs } = fakeWorld();
  const inventory = join(world.cwd, 'hosts.yaml');
  writeFileSync(inventory, 'all: { hosts: { a: { ansible_host: 127.0.0.1, ansible_port: 1 } } }\n');
  const typed = { runbook: './books/fix.yaml', hosts: 'web', limit: 'web1', inputs: ['unit=x'] };
  await keepRun(runs, 'r1', stamped([{ ...started('apply', ['a']), typed } as EventBody, ...sent, ...more]));
  expect(await run(world, inventory)).toBe(4);
  expect(out.text).toContain(`runbook diagnose ./books/fix.yaml -i ${inventory} --hosts web -e unit=x -l a`);
});

test('a sensitive input that verify needs, and that no record keeps, must be given anew, and no other', async () => {
  const { world, err, runs } = fakeWorld();
  const text = `apiVersion: runbook/v1
name: sample
summary: A sample
inputs: { unit: { type: string }, token: { type: string, sensitive: true } }
diagnose: [{ uses: containers.running }]
`;
  const source = contentOf(Buffer.from(text));
  const [intended, ...rest] = sent;
  const context = contentOf(Buffer.from('{}'));
  const begun = { ...started('apply', ['a']), source, inputs: { unit: 'x', token: '***' } } as EventBody;
  await keepRun(runs, 'r1', stamped([begun, { ...intended, context } as EventBody, ...rest]));
  expect(await runResume(world, 'r1', { ...NEVER, inventory: ['a,'] })).toBe(1);
  expect(err.text).toContain('input token must be given');
  expect(await runResume(world, 'r1', { ...NEVER, inventory: ['a,'], input: ['token=t', 'unit=y'] })).toBe(1);
  expect(err.text).toContain('a run keeps its inputs; only sensitive ones are given again, and unit is none');
});
