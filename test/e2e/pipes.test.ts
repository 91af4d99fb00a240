import { beforeEach, describe, expect, test } from 'vitest';
import { eventsOf, runbook } from '../lab/command-line.ts';
import { intoHead } from './into-head.ts';
import { noPractice, onPractice, PracticeFleet } from './practice-fleet.ts';

describe.skipIf(noPractice !== undefined)(onPractice('a command line without a terminal'), async () => {
  const fleet = noPractice === undefined ? await PracticeFleet.up() : ({} as PracticeFleet);
  beforeEach(async () => {
    fleet.forget();
    await fleet.break();
  });

  test.for([[], ['--json']])('apply %j without -y cannot be approved: it says to pass -y, and changes nothing', async (more) => {
    const before = fleet.tree('lab-2');
    const finished = await runbook(fleet.run('apply', ...more));
    expect(finished.code).toBe(5);
    expect(finished.err).toContain('pass -y to approve');
    expect(fleet.tree('lab-2')).toEqual(before);
    expect((await fleet.listed())[0]).toMatchObject({ kind: 'apply', state: 'finished', inDoubt: [] });
  });

  test('rollback without -y says so as well', async () => {
    expect(await runbook(fleet.run('apply', '-y'))).toMatchObject({ code: 0 });
    const fixed = fleet.flags('lab-2');
    expect(await runbook(['rollback', 'last', ...fleet.hosts()])).toMatchObject({
      code: 5,
      err: expect.stringContaining('pass -y to approve'),
    });
    expect(fleet.flags('lab-2')).toEqual(fixed);
  });

  test.for(['diagnose', 'plan', 'apply'] as const)('%s --json prints events, one a line, and nothing else', async (verb) => {
    const finished = await runbook(fleet.run(verb, '--json', ...(verb === 'apply' ? ['-y'] : [])));
    expect(finished).toMatchObject({ code: 0, err: '' });
    const events = eventsOf(finished);
    expect(events.at(0)).toMatchObject({ type: 'run.started', kind: verb });
    expect(events.at(-1)).toMatchObject({ type: 'run.finished', exitCode: 0 });
    for (const event of events) expect(event).toMatchObject({ type: expect.any(String), at: expect.any(Number) });
    expect(finished.out).not.toMatch(/\x1b/);
  });

  test.for(['diagnose', 'plan'] as const)('%s is quiet but for its result', async (verb) => {
    const finished = await runbook(fleet.run(verb));
    expect(finished).toMatchObject({ code: 0, err: '' });
    expect(finished.out).toMatch(/^kubelet-bad-flag: /);
    expect(finished.out).not.toMatch(/\x1b/);
  });

  test('apply tells what it does on stderr, and its plan and recap on stdout', async () => {
    const { code, out, err } = await runbook(fleet.run('apply', '-y'));
    expect(code).toBe(0);
    expect(out).toMatch(/^kubelet-bad-flag: 2 of 5 hosts would be changed[\s\S]*\nkubelet-bad-flag: apply finished \(run \S+\)\n/);
    expect(out).not.toMatch(/wave 1 of 2|verify holds/);
    expect(err).toMatch(/wave 1 of 2: lab-2[\s\S]*lab-2 +verify holds[\s\S]*lab-4 +fixed/);
    expect(out + err).not.toMatch(/\x1b/);
  });

  test('plan --detailed-exitcode tells whether changes are pending', async () => {
    expect((await runbook(fleet.run('plan', '--detailed-exitcode'))).code).toBe(2);
    expect((await runbook(fleet.run('plan', '--detailed-exitcode', '-l', 'lab-1'))).code).toBe(0);
  });

  test('plan | head -1 ends without a word', async () => {
    const { head, err, code } = await intoHead(fleet.run('plan'));
    expect(head).toMatch(/^kubelet-bad-flag: 2 of 5 hosts would be changed/);
    expect({ err, code }).toEqual({ err: '', code: 0 });
  });
});
