import { setTimeout as delay } from 'node:timers/promises';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { runbook, start } from '../lab/command-line.ts';
import { noPractice, onPractice, PracticeFleet } from './practice-fleet.ts';

const FIRST = 'lab-2';
const SECOND = 'lab-4';

describe.skipIf(noPractice !== undefined)(onPractice('a run that is steered from another terminal'), async () => {
  const fleet = noPractice === undefined ? await PracticeFleet.up() : ({} as PracticeFleet);
  const steer = (...words: readonly string[]) => runbook([...words, ...fleet.state()]);
  const typesOf = async () => (await fleet.journal()).map((event) => ('host' in event ? `${event.host} ${event.type}` : event.type));
  beforeEach(async () => {
    fleet.forget();
    fleet.forgetRecords([FIRST, SECOND]);
    await fleet.break([FIRST, SECOND]);
  });

  /** An apply on two hosts, one a wave, that is held at the restart of the first. */
  async function heldAtFirst() {
    const restarts = fleet.holdRestarts(FIRST);
    onTestFinished(async () => {
      await fleet.cutPower(FIRST);
      restarts.open();
    });
    const { finished } = start(fleet.run('apply', '-l', `${FIRST},${SECOND}`, '-y'));
    while (!(await typesOf()).includes(`${FIRST} transaction.intended`)) await delay(20);
    const go = async () => {
      await restarts.letThrough();
      restarts.open();
    };
    return { finished, go };
  }

  test('is paused, goes on when it is continued, and fixes all hosts', async () => {
    const { finished, go } = await heldAtFirst();
    expect(await steer('pause')).toMatchObject({ code: 0, out: expect.stringContaining('is paused') });
    await go();
    while (!(await typesOf()).includes('rollout.paused')) await delay(20);
    expect(await typesOf()).not.toContain(`${SECOND} host.started`);
    expect(fleet.record(FIRST).states).toEqual(['CONFIRMED']);
    expect(await steer('continue', 'last')).toMatchObject({ code: 0 });
    expect(await finished).toMatchObject({ code: 0, err: expect.stringMatching(/paused \(.*continued/s) });
  });

  test('is halted: the host under way comes to its end, the other is not begun', async () => {
    const { finished, go } = await heldAtFirst();
    const flags = fleet.flags(SECOND);
    const halted = await steer('halt', '--all', '--json');
    expect(JSON.parse(halted.out)).toEqual([{ run: expect.any(String), want: 'halt', heard: true }]);
    await go();
    expect(await finished).toMatchObject({ code: 130, err: expect.stringContaining('stopping (halt by ') });
    expect(await typesOf()).not.toContain(`${SECOND} host.started`);
    expect(fleet.record(FIRST).states).toEqual(['CONFIRMED']);
    expect(fleet.flags(SECOND)).toEqual(flags);
  });

  test('is halted while it is paused', async () => {
    const { finished, go } = await heldAtFirst();
    await steer('pause');
    await go();
    while (!(await typesOf()).includes('rollout.paused')) await delay(20);
    expect(await steer('halt')).toMatchObject({ code: 0 });
    expect(await finished).toMatchObject({ code: 130 });
  });

  test('is found by its name, and one that has ended is not steered', async () => {
    expect(await steer('pause')).toMatchObject({ code: 1, err: expect.stringContaining('no run is under way') });
    expect(await runbook(fleet.run('apply', '-l', FIRST, '-y'))).toMatchObject({ code: 0 });
    const [ended] = await fleet.listed();
    expect(await steer('halt', ended?.run ?? '')).toMatchObject({ code: 1, err: expect.stringContaining('is not under way') });
    expect(await steer('halt', 'no-such-run')).toMatchObject({ code: 1, err: expect.stringContaining('there is no run no-such-run') });
  });
});
