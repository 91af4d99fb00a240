import { setTimeout as delay } from 'node:timers/promises';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { type Finished, runbook, start } from '../lab/command-line.ts';
import { type HeldRestarts, noPractice, onPractice, PracticeFleet } from './practice-fleet.ts';
import { CTRL_C, noTerminal, Pty } from './pty.ts';

describe.skipIf(noPractice !== undefined || noTerminal !== undefined)(onPractice('an interrupted run'), async () => {
  const fleet = noPractice === undefined ? await PracticeFleet.up() : ({} as PracticeFleet);
  const all = ['lab-1', 'lab-2', 'lab-3', 'lab-4', 'lab-5'];
  beforeEach(async () => {
    fleet.forget();
    await fleet.break();
  });

  /** Holds lab-2, which is the first wave, in the middle of its transaction. */
  function held(): HeldRestarts {
    const restarts = fleet.holdRestarts('lab-2');
    onTestFinished(async () => {
      restarts.open();
      await fleet.idle('lab-2');
    });
    return restarts;
  }

  /** Until the journal of the newest run has an event of the kind. */
  async function journaled(type: string): Promise<void> {
    while (!(await fleet.journal()).some((event) => event.type === type)) await delay(10);
  }

  async function expectWhole(signal: string): Promise<void> {
    const events = await fleet.journal();
    expect(events.slice(-2)).toMatchObject([
      { type: 'run.interrupted', signal },
      { type: 'run.finished', exitCode: 130 },
    ]);
    expect(events).toContainEqual(expect.objectContaining({ type: 'host.finished', host: 'lab-2', outcome: 'fixed' }));
    expect(events).toContainEqual(expect.objectContaining({ type: 'host.finished', host: 'lab-4', outcome: 'skipped' }));
    expect((await fleet.listed())[0]).toMatchObject({ state: 'interrupted', live: false, inDoubt: [] });
    expect(await fleet.kubelet('lab-2')).toBe('active (running)');
  }

  test('by Ctrl-C at the question: nothing was changed', async () => {
    const before = all.map((host) => fleet.tree(host));
    const pty = Pty.runbook(fleet.run('apply'));
    await pty.waitFor(/\? Change 2 hosts\?/);
    pty.type(CTRL_C);
    expect(await pty.exitCode()).toBe(130);
    expect(pty.screen.text).toMatch(/apply interrupted \(run \S+\)\n! 2 hosts +not begun: lab-2, lab-4/);
    expect(pty.screen.cursorShown).toBe(true);
    expect(all.map((host) => fleet.tree(host))).toEqual(before);
  });

  test('by Ctrl-C while a host is changed: that host is brought to its end, the others are not begun', async () => {
    const restarts = held();
    const untouched = fleet.tree('lab-4');
    const pty = Pty.runbook(fleet.run('apply', '-y'));
    await pty.waitFor(/lab-2 +changing/);
    pty.type(CTRL_C);
    await pty.waitFor(/Wave 1 of 2: stopping/);
    await restarts.letThrough();
    expect(await pty.exitCode()).toBe(130);
    expect(pty.screen.text).toMatch(/apply interrupted \(run \S+\)\n✓ 1 host +fixed: lab-2\n! 1 host +not begun: lab-4/);
    expect(pty.screen.cursorShown).toBe(true);
    expect(fleet.tree('lab-4')).toEqual(untouched);
    await expectWhole('SIGINT');
  });

  test('by Ctrl-C twice: it leaves at once, and says which host is in doubt', async () => {
    const restarts = held();
    const pty = Pty.runbook(fleet.run('apply', '-y'));
    await pty.waitFor(/lab-2 +changing/);
    pty.type(CTRL_C);
    await pty.waitFor(/Wave 1 of 2: stopping/);
    pty.type(CTRL_C);
    expect(await pty.exitCode()).toBe(130);
    expect(pty.screen.cursorShown).toBe(true);
    expect(pty.screen.text).toMatch(/Left at once[\s\S]*lab-2/);
    const [run] = await fleet.listed();
    expect(run).toMatchObject({ state: 'in-doubt', live: false, inDoubt: ['lab-2'] });
    const talk = await runbook(['runs', ...fleet.state()]);
    expect(talk.out).toContain(`not known what happened on lab-2: "runbook rollback ${run?.run}" asks and settles them`);
    await restarts.letThrough();
    await fleet.idle('lab-2');
  });

  test.for(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('without a terminal by %s: as by the first Ctrl-C', async (signal) => {
    const restarts = held();
    const started = start([...fleet.run('apply', '-y')]);
    await journaled('transaction.intended');
    process.kill(await fleet.controller(), signal);
    await restarts.letThrough();
    const finished: Finished = await started.finished;
    expect(finished.code).toBe(130);
    expect(finished.err).toContain(`stopping (${signal})`);
    expect(finished.err).toContain(`interrupted by ${signal}`);
    await expectWhole(signal);
  });

  test('by closing the terminal: the host is brought to its end without anybody to tell', async () => {
    const restarts = held();
    const pty = Pty.runbook(fleet.run('apply', '-y'));
    await pty.waitFor(/lab-2 +changing/);
    pty.close();
    await restarts.letThrough();
    await fleet.gone();
    await expectWhole('SIGHUP');
  });

  test('by closing the terminal at the question: nothing was changed', async () => {
    const before = fleet.tree('lab-2');
    const pty = Pty.runbook(fleet.run('apply'));
    await pty.waitFor(/\? Change 2 hosts\?/);
    pty.close();
    await fleet.gone();
    // The end of the input may be read before the signal comes: then there is nobody to ask, which is a no.
    const last = (await fleet.journal()).at(-1);
    expect(last).toMatchObject({ type: 'run.finished', exitCode: expect.toBeOneOf([130, 5]) });
    expect(fleet.tree('lab-2')).toEqual(before);
  });

  test.for(['SIGTERM', 'SIGHUP'] as const)('by %s at the question: nothing was changed', async (signal) => {
    const before = fleet.tree('lab-2');
    const pty = Pty.runbook(fleet.run('apply'));
    await pty.waitFor(/\? Change 2 hosts\?/);
    process.kill(await fleet.controller(), signal);
    expect(await pty.exitCode()).toBe(130);
    expect(fleet.tree('lab-2')).toEqual(before);
  });
});
