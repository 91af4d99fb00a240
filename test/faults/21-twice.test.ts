import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { type HeldRestarts, noPractice, onPractice } from '../e2e/practice-fleet.ts';
import { runbook, start } from '../lab/command-line.ts';
import { ThreeHosts } from './three-hosts.ts';

const KEPT = { file: 'new', starts: 1, record: { states: ['CONFIRMED'], lock: ['free'], leftovers: [] } };

describe.skipIf(noPractice !== undefined)(onPractice('a run that is taken up again'), async () => {
  const three = noPractice === undefined ? await ThreeHosts.up() : ({} as ThreeHosts);
  const { fleet } = three;
  beforeEach(() => three.renew());

  /** An apply whose one host waits to restart. */
  async function held(): Promise<{ readonly run: string; readonly restarts: HeldRestarts; readonly started: ReturnType<typeof start> }> {
    const restarts = fleet.holdRestarts('lab-1');
    onTestFinished(() => restarts.open());
    const started = start(three.apply({ more: ['--json', '-l', 'lab-1'] }));
    await expect.poll(() => three.states('lab-1'), { timeout: 60_000 }).toEqual(['APPLYING']);
    const [run] = await fleet.listed();
    return { run: run?.run ?? '', restarts, started };
  }

  /** The same, with its controller killed. */
  async function cutOff(): Promise<{ readonly run: string; readonly restarts: HeldRestarts }> {
    const { run, restarts, started } = await held();
    started.child.kill('SIGKILL');
    await started.finished;
    return { run, restarts };
  }

  test('fault 21: of two resumes at once one settles the run, and the other is told who does', async () => {
    const { run, restarts } = await cutOff();
    const both = [start(three.go('resume', run)), start(three.go('resume', run))];
    // The winner waits for the host, so that the other one cannot come after it.
    const loser = await Promise.race(both.map(({ finished }) => finished));
    expect(loser.code).toBe(1);
    const [pid] = both.map(({ child }) => child).flatMap(({ pid, exitCode }) => (exitCode === null ? [pid] : []));
    expect(loser.err).toContain(`run ${run} is still under way: process ${pid} works on it`);
    restarts.open();
    const codes = (await Promise.all(both.map(({ finished }) => finished))).map(({ code }) => code);
    expect(codes.toSorted()).toEqual([0, 1]);
    expect(three.stand('lab-1')).toEqual(KEPT);
    expect((await fleet.journal()).filter(({ type }) => type === 'run.resumed')).toHaveLength(1);
  });

  test('fault 21: resumed twice: the second has nothing to do, and asks no host', async () => {
    const { run, restarts } = await cutOff();
    restarts.open();
    expect(await runbook(three.go('resume', run))).toMatchObject({ code: 0 });
    const journal = await fleet.journal();
    expect(await runbook(three.go('resume', run))).toMatchObject({
      code: 0,
      err: expect.stringContaining(`Every host of run ${run} is settled`),
    });
    expect(await fleet.journal()).toEqual(journal);
    expect(three.stand('lab-1')).toEqual(KEPT);
  });

  test('fault 21: a run whose process lives is not resumed, by its name or as the last', async () => {
    const { run, restarts, started } = await held();
    const words = `run ${run} is still under way: process ${started.child.pid} works on it`;
    expect(await runbook(three.go('resume', run))).toMatchObject({ code: 1, err: expect.stringContaining(words) });
    expect(await runbook(three.go('resume', 'last'))).toMatchObject({
      code: 1,
      err: expect.stringContaining('no run has left a host unsettled'),
    });
    expect(await runbook(three.go('rollback', run))).toMatchObject({ code: 1, err: expect.stringContaining('is still under way') });
    restarts.open();
    expect(await started.finished).toMatchObject({ code: 0 });
    expect(three.stand('lab-1')).toEqual(KEPT);
  });

  test('fault 21: "resume last" takes the newest run that has left a host unsettled, whatever was run since', async () => {
    const { run, restarts } = await cutOff();
    expect(await runbook(three.apply({ more: ['--json', '-l', 'lab-3'] }))).toMatchObject({ code: 0 });
    restarts.open();
    const resumed = await runbook(three.go('resume', 'last'));
    expect(resumed).toMatchObject({ code: 0 });
    expect((await fleet.listed()).find((each) => each.run === run)).toMatchObject({ state: 'finished', inDoubt: [] });
    expect(three.stand('lab-1')).toEqual(KEPT);
    expect(await runbook(three.go('resume', 'last'))).toMatchObject({
      code: 1,
      err: expect.stringContaining('no run has left a host unsettled'),
    });
  });
});
