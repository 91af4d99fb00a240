import { spawn } from 'node:child_process';
import { beforeEach, describe, expect, test } from 'vitest';
import { eventsOf, LAUNCH, runbook } from '../lab/command-line.ts';
import { noPractice, onPractice, PracticeFleet } from './practice-fleet.ts';
import { quoted } from './pty.ts';

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

  /** `runbook ARGS… | head -1`, and how the left side ended. */
  async function intoHead(
    args: readonly string[],
    redirect = '',
  ): Promise<{ readonly head: string; readonly err: string; readonly code: number }> {
    const left = [LAUNCH, ...args].map(quoted).join(' ');
    const child = spawn('/bin/sh', ['-c', `{ ${left} ${redirect}; echo "code=$?" >&3; } | head -n 1`], {
      stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
    });
    const texts = child.stdio.slice(1).map(async (stream) => {
      let text = '';
      for await (const chunk of stream as NodeJS.ReadableStream) text += String(chunk);
      return text;
    });
    const [head = '', err = '', code = ''] = await Promise.all(texts);
    return { head, err, code: Number(code.replace('code=', '')) };
  }

  test('plan | head -1 ends without a word', async () => {
    const { head, err, code } = await intoHead(fleet.run('plan'));
    expect(head).toMatch(/^kubelet-bad-flag: 2 of 5 hosts would be changed/);
    expect({ err, code }).toEqual({ err: '', code: 0 });
  });

  test.for([
    ['its plan and recap', [], ''],
    ['its events', ['--json'], ''],
    ['all it says', [], '2>&1'],
  ] as const)('apply whose reader goes away while it prints %s still finishes its hosts and its journal', async ([, more, redirect]) => {
    const { err, code } = await intoHead(fleet.run('apply', '-y', ...more), redirect);
    expect(code).toBe(0);
    expect(err).not.toMatch(/EPIPE|at .*\.ts:\d+|bug in runbook/);
    expect(fleet.flags('lab-2').text).not.toContain('--improve-speed');
    expect(await fleet.kubelet('lab-4')).toBe('active (running)');
    expect((await fleet.journal()).at(-1)).toMatchObject({ type: 'run.finished', exitCode: 0 });
    expect((await fleet.listed())[0]).toMatchObject({ state: 'finished', inDoubt: [] });
  });
});
