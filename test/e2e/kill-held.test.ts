import { setTimeout as delay } from 'node:timers/promises';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { runbook, start } from '../lab/command-line.ts';
import { type FileFacts, type HeldRestarts, noPractice, onPractice, PracticeFleet } from './practice-fleet.ts';

const HOST = 'lab-2';

describe.skipIf(noPractice !== undefined)(onPractice('a controller that is killed between a file and its restart'), async () => {
  const fleet = noPractice === undefined ? await PracticeFleet.up() : ({} as PracticeFleet);
  const apply = () => fleet.run('apply', '-l', HOST, '-y');
  const rollback = (run: string) => ['rollback', run, ...fleet.hosts(), '-y'];
  const resume = (run: string) => ['resume', run, ...fleet.hosts()];
  let broken: FileFacts;
  let starts = 0;
  beforeEach(async () => {
    fleet.forget();
    fleet.forgetRecords([HOST]);
    await fleet.break([HOST]);
    broken = fleet.flags(HOST);
    starts = fleet.starts(HOST);
  });

  /** Runs a command that is killed once it has written the flags file, and waits to restart. */
  async function killedBeforeRestart(args: readonly string[]): Promise<HeldRestarts> {
    const before = fleet.flags(HOST).text;
    const restarts = fleet.holdRestarts(HOST);
    onTestFinished(async () => {
      await fleet.cutPower(HOST);
      restarts.open();
    });
    const { child, finished } = start(args);
    while (fleet.flags(HOST).text === before) await delay(10);
    child.kill('SIGKILL');
    expect(await finished).toMatchObject({ signal: 'SIGKILL' });
    return restarts;
  }

  /** The one run that there is, with its host in doubt. */
  async function doubtful(): Promise<string> {
    const [run] = await fleet.listed();
    expect(run).toMatchObject({ state: 'in-doubt', inDoubt: [HOST] });
    return run?.run ?? '';
  }

  async function expectHostAsItWas(states: readonly string[], starting: number): Promise<void> {
    expect(fleet.flags(HOST)).toEqual(broken);
    expect(fleet.startedWith(HOST)).toContain('--improve-speed');
    expect(fleet.starts(HOST) - starts).toBe(starting);
    while ((await fleet.kubelet(HOST)) !== 'activating (auto-restart)') await delay(50);
    for (const { inDoubt } of await fleet.listed()) expect(inDoubt).toEqual([]);
    expect(fleet.record(HOST)).toEqual({ states, lock: ['free'], leftovers: [] });
  }

  test('of an apply, whose host goes on by itself: resume verifies and keeps it', async () => {
    const restarts = await killedBeforeRestart(apply());
    await restarts.letThrough();
    await fleet.idle(HOST);
    restarts.open();
    expect(await runbook(resume(await doubtful()))).toMatchObject({ code: 0 });
    expect(fleet.record(HOST)).toEqual({ states: ['CONFIRMED'], lock: ['free'], leftovers: [] });
    expect(fleet.starts(HOST) - starts).toBe(1);
    expect(await fleet.kubelet(HOST)).toBe('active (running)');
  });

  test('of an apply, whose host goes on by itself: rollback has it take itself back, file and unit', async () => {
    const restarts = await killedBeforeRestart(apply());
    await restarts.letThrough();
    await fleet.idle(HOST);
    expect(fleet.startedWith(HOST)).not.toContain('--improve-speed');
    restarts.open();
    expect(await runbook(rollback(await doubtful()))).toMatchObject({ code: 0 });
    await expectHostAsItWas(['ROLLEDBACK'], 2);
  });

  test('of an apply, whose host still waits: resume waits for it, and keeps what it verifies', async () => {
    const restarts = await killedBeforeRestart(apply());
    const resumed = runbook(resume(await doubtful()));
    await restarts.letThrough();
    restarts.open();
    expect(await resumed).toMatchObject({ code: 0 });
    expect(fleet.record(HOST)).toEqual({ states: ['CONFIRMED'], lock: ['free'], leftovers: [] });
    expect(fleet.starts(HOST) - starts).toBe(1);
  });

  test('of an apply, whose host still waits: rollback ends the script that waits before it puts anything back', async () => {
    const restarts = await killedBeforeRestart(apply());
    const run = await doubtful();
    const held = fleet.atWork(HOST);
    const rolledBack = runbook(rollback(run));
    while (fleet.atWork(HOST).some((pid) => held.includes(pid))) await delay(10);
    // The way back makes a restart that is held as well.
    restarts.open();
    expect(await rolledBack).toMatchObject({ code: 0 });
    await expectHostAsItWas(['ROLLEDBACK'], 1);
  });

  test.for([
    ['resume', 3, resume],
    ['rollback', 0, rollback],
  ] as const)('of an apply, whose host loses its power as well: %s puts the file back', async ([, code, command]) => {
    const restarts = await killedBeforeRestart(apply());
    await fleet.cutPower(HOST);
    restarts.open();
    expect(await runbook(command(await doubtful()))).toMatchObject({ code });
    await expectHostAsItWas(['ROLLEDBACK'], 1);
  });

  test('of a rollback, whose host loses its power as well: resume takes the rollback back, and the next one is made', async () => {
    expect(await runbook(apply())).toMatchObject({ code: 0 });
    const [run] = await fleet.listed();
    const fixed = fleet.flags(HOST);
    const restarts = await killedBeforeRestart(rollback(run?.run ?? ''));
    await fleet.cutPower(HOST);
    expect(fleet.flags(HOST)).toEqual(broken);
    expect(fleet.startedWith(HOST)).not.toContain('--improve-speed');
    const [back] = await fleet.listed();
    const talk = await runbook(['runs', ...fleet.state()]);
    expect(talk.out).toContain(`runbook resume ${back?.run}`);
    restarts.open();
    expect(await runbook(resume('last'))).toMatchObject({ code: 3 });
    expect(fleet.flags(HOST)).toEqual(fixed);
    expect(await runbook(rollback(run?.run ?? ''))).toMatchObject({ code: 0 });
    const made = fleet.starts(HOST) - starts;
    expect(made).toBeLessThanOrEqual(3);
    await expectHostAsItWas(['CONFIRMED', 'CONFIRMED', 'ROLLEDBACK'], made);
    expect(await runbook(rollback(run?.run ?? ''))).toMatchObject({ code: 0 });
    expect(fleet.starts(HOST) - starts).toBe(made);
  });
});
