import { setTimeout as delay } from 'node:timers/promises';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { runbook, start } from '../lab/command-line.ts';
import { type FileFacts, type HeldRestarts, noPractice, onPractice, PracticeFleet } from './practice-fleet.ts';

const HOST = 'lab-2';

describe.skipIf(noPractice !== undefined)(onPractice('a controller that is killed between a file and its restart'), async () => {
  const fleet = noPractice === undefined ? await PracticeFleet.up() : ({} as PracticeFleet);
  const apply = () => fleet.run('apply', '-l', HOST, '-y');
  const rollback = (run: string) => ['rollback', run, ...fleet.hosts(), '-y'];
  let broken: FileFacts;
  beforeEach(async () => {
    fleet.forget();
    await fleet.break([HOST]);
    broken = fleet.flags(HOST);
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

  async function expectHostAsItWas(): Promise<void> {
    expect(fleet.flags(HOST)).toEqual(broken);
    expect(fleet.startedWith(HOST)).toContain('--improve-speed');
    while ((await fleet.kubelet(HOST)) !== 'activating (auto-restart)') await delay(50);
    for (const { inDoubt } of await fleet.listed()) expect(inDoubt).toEqual([]);
  }

  test('of an apply, whose host goes on by itself: rollback puts file and unit back', async () => {
    const restarts = await killedBeforeRestart(apply());
    await restarts.letThrough();
    await fleet.idle(HOST);
    expect(fleet.startedWith(HOST)).not.toContain('--improve-speed');
    const [run] = await fleet.listed();
    expect(run).toMatchObject({ state: 'in-doubt', inDoubt: [HOST] });
    restarts.open();
    expect(await runbook(rollback(run?.run ?? ''))).toMatchObject({ code: 0 });
    await expectHostAsItWas();
  });

  test('of an apply, whose host loses its power as well: rollback puts the file back', async () => {
    const restarts = await killedBeforeRestart(apply());
    await fleet.cutPower(HOST);
    const [run] = await fleet.listed();
    expect(run).toMatchObject({ state: 'in-doubt', inDoubt: [HOST] });
    restarts.open();
    expect(await runbook(rollback(run?.run ?? ''))).toMatchObject({ code: 0 });
    await expectHostAsItWas();
  });

  test('of a rollback: the restart that is owed is made by the next one, though the file is back already', async () => {
    expect(await runbook(apply())).toMatchObject({ code: 0 });
    const [run] = await fleet.listed();
    const restarts = await killedBeforeRestart(rollback(run?.run ?? ''));
    await fleet.cutPower(HOST);
    expect(fleet.flags(HOST)).toEqual(broken);
    expect(fleet.startedWith(HOST)).not.toContain('--improve-speed');
    const talk = await runbook(['runs', ...fleet.state()]);
    expect(talk.out).toContain(`runbook rollback ${run?.run}`);
    restarts.open();
    expect(await runbook(rollback(run?.run ?? ''))).toMatchObject({ code: 0 });
    await expectHostAsItWas();
    const starts = fleet.starts(HOST);
    expect(await runbook(rollback(run?.run ?? ''))).toMatchObject({ code: 0 });
    expect(fleet.starts(HOST)).toBe(starts);
  });
});
