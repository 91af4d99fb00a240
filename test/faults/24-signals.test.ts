import { setTimeout as delay } from 'node:timers/promises';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { intoHead } from '../e2e/into-head.ts';
import { type HeldRestarts, noPractice, onPractice, PracticeFleet } from '../e2e/practice-fleet.ts';
import { CTRL_C, noTerminal, Pty } from '../e2e/pty.ts';
import { type Finished, runbook, start } from '../lab/command-line.ts';
import { ThreeHosts } from './three-hosts.ts';

describe.skipIf(noPractice !== undefined || noTerminal !== undefined)(onPractice('a run that is interrupted'), async () => {
  const fleet = noPractice === undefined ? await PracticeFleet.up() : ({} as PracticeFleet);
  const all = ['lab-1', 'lab-2', 'lab-3', 'lab-4', 'lab-5'];
  beforeEach(async () => {
    fleet.forget();
    fleet.forgetRecords(['lab-2', 'lab-4']);
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
    expect(fleet.record('lab-2')).toEqual({ states: ['CONFIRMED'], lock: ['free'], leftovers: [] });
    expect(fleet.record('lab-4').states).toEqual([]);
    expect(await fleet.kubelet('lab-2')).toBe('active (running)');
  }

  test('fault 24: by Ctrl-C at the question: nothing was changed', async () => {
    const before = all.map((host) => fleet.tree(host));
    const pty = Pty.runbook(fleet.run('apply'));
    await pty.waitFor(/\? Change 2 hosts\?/);
    pty.type(CTRL_C);
    expect(await pty.exitCode()).toBe(130);
    expect(pty.screen.text).toMatch(/apply interrupted \(run \S+\)\n! 2 hosts +not begun: lab-2, lab-4/);
    expect(pty.screen.cursorShown).toBe(true);
    expect(all.map((host) => fleet.tree(host))).toEqual(before);
  });

  test('fault 24: by Ctrl-C while a host is changed: that host is brought to its end, the others are not begun', async () => {
    const restarts = held();
    const untouched = fleet.tree('lab-4');
    const pty = Pty.runbook(fleet.run('apply', '-y'));
    await pty.waitFor(/lab-2 +changing/);
    pty.type(CTRL_C);
    await pty.waitFor(/wave 1 of 2[^\n]*\n! stopping: hosts under way/);
    await restarts.letThrough();
    expect(await pty.exitCode()).toBe(130);
    expect(pty.screen.text).toMatch(/apply interrupted \(run \S+\)\n✓ 1 host +fixed: lab-2\n! 1 host +not begun: lab-4/);
    expect(pty.screen.cursorShown).toBe(true);
    expect(fleet.tree('lab-4')).toEqual(untouched);
    await expectWhole('SIGINT');
  });

  test.for(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('fault 24: without a terminal by %s: as by the first Ctrl-C', async (signal) => {
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

  test('fault 24: by closing the terminal: the host is brought to its end without anybody to tell', async () => {
    const restarts = held();
    const pty = Pty.runbook(fleet.run('apply', '-y'));
    await pty.waitFor(/lab-2 +changing/);
    pty.close();
    await restarts.letThrough();
    await fleet.gone();
    await expectWhole('SIGHUP');
  });

  test('fault 24: by closing the terminal at the question: nothing was changed', async () => {
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

  test.for(['SIGTERM', 'SIGHUP'] as const)('fault 24: by %s at the question: nothing was changed', async (signal) => {
    const before = fleet.tree('lab-2');
    const pty = Pty.runbook(fleet.run('apply'));
    await pty.waitFor(/\? Change 2 hosts\?/);
    process.kill(await fleet.controller(), signal);
    expect(await pty.exitCode()).toBe(130);
    expect(fleet.tree('lab-2')).toEqual(before);
  });

  test.for([
    ['its plan and recap', [], ''],
    ['its events', ['--json'], ''],
    ['all it says', [], '2>&1'],
  ] as const)(
    'fault 24: an apply whose reader goes away while it prints %s still finishes its hosts and its journal',
    async ([, more, redirect]) => {
      const { err, code } = await intoHead(fleet.run('apply', '-y', ...more), redirect);
      expect(code).toBe(0);
      expect(err).not.toMatch(/EPIPE|at .*\.ts:\d+|bug in runbook/);
      expect(fleet.flags('lab-2').text).not.toContain('--improve-speed');
      expect(await fleet.kubelet('lab-4')).toBe('active (running)');
      expect((await fleet.journal()).at(-1)).toMatchObject({ type: 'run.finished', exitCode: 0 });
      expect((await fleet.listed())[0]).toMatchObject({ state: 'finished', inDoubt: [] });
      for (const host of ['lab-2', 'lab-4']) expect(fleet.record(host)).toEqual({ states: ['CONFIRMED'], lock: ['free'], leftovers: [] });
    },
  );
});

describe.skipIf(noPractice !== undefined || noTerminal !== undefined)(onPractice('a run that is left at once'), async () => {
  const three = noPractice === undefined ? await ThreeHosts.up() : ({} as ThreeHosts);
  const { fleet } = three;
  beforeEach(() => three.renew());

  /** Ends an apply by two Ctrl-C while lab-1, its first wave, waits to restart; the words that it leaves with. */
  async function left(more: readonly string[]): Promise<{ readonly words: string; readonly restarts: HeldRestarts }> {
    const restarts = fleet.holdRestarts('lab-1');
    onTestFinished(() => restarts.open());
    const pty = Pty.runbook(three.apply({ waves: '1, 100%', verifySeconds: 5, more }));
    await pty.waitFor(/lab-1 +changing/);
    while (three.states('lab-1')[0] !== 'APPLYING') await delay(10);
    pty.type(CTRL_C);
    await pty.waitFor(/wave 1 of 2[^\n]*\n! stopping: hosts under way/);
    pty.type(CTRL_C);
    expect(await pty.exitCode()).toBe(130);
    expect(pty.screen.cursorShown).toBe(true);
    return { words: pty.screen.text.replaceAll(/\s+/g, ' '), restarts };
  }

  test('fault 24: by Ctrl-C twice: it says which host is armed and when it takes itself back, and that it does', async () => {
    const { words, restarts } = await left([]);
    const intended = (await fleet.journal()).filter((event) => event.type === 'transaction.intended');
    expect(intended.map(({ host }) => host)).toEqual(['lab-1']);
    const [{ at, undoAfterMs } = { at: 0, undoAfterMs: 0 }] = intended;
    const when = new Date(at + undoAfterMs).toISOString().slice(11, 19);
    const [run] = await fleet.listed();
    expect(run).toMatchObject({ state: 'in-doubt', live: false, inDoubt: ['lab-1'] });
    expect(words).toContain(
      `Left at once. Changed and not confirmed, and will take themselves back: lab-1 at ${when} UTC. "runbook resume ${run?.run}" asks them`,
    );
    restarts.open();
    await fleet.idle('lab-1');
    fleet.elapse('lab-1');
    while (three.states('lab-1')[0] !== 'ROLLEDBACK') await delay(50);
    await fleet.idle('lab-1');
    expect(three.stand('lab-1')).toEqual({ file: 'old', starts: 2, record: { states: ['ROLLEDBACK'], lock: ['free'], leftovers: [] } });
    for (const host of ['lab-2', 'lab-3']) expect(three.stand(host)).toMatchObject({ file: 'old', starts: 0, record: { states: [] } });
    // What the host did by itself is no success, and is told as what it is.
    expect(await runbook(three.go('resume', 'last'))).toMatchObject({ code: 3 });
    expect((await fleet.listed())[0]).toMatchObject({ inDoubt: [], outcomes: { 'rolled-back': 1, skipped: 2 } });
  });

  test('fault 24: by Ctrl-C twice: resume in time keeps what the host went on with', async () => {
    const { restarts } = await left([]);
    const talk = await runbook(['runs', ...fleet.state()]);
    const [run] = await fleet.listed();
    expect(talk.out.replaceAll(/\s+/g, ' ')).toContain(
      `not known what became of lab-1: "runbook resume ${run?.run}" asks and settles them`,
    );
    restarts.open();
    expect(await runbook(three.go('resume', 'last'))).toMatchObject({ code: 0 });
    expect(three.stand('lab-1')).toEqual({ file: 'new', starts: 1, record: { states: ['CONFIRMED'], lock: ['free'], leftovers: [] } });
  });
});
