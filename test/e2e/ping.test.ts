import { renameSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, onTestFinished, test } from 'vitest';
import { runbook } from '../lab/command-line.ts';
import { noPractice, onPractice, PracticeFleet } from './practice-fleet.ts';

describe.skipIf(noPractice !== undefined)(onPractice('ping'), async () => {
  const fleet = noPractice === undefined ? await PracticeFleet.up() : ({} as PracticeFleet);
  const ping = (...more: readonly string[]) => runbook(['ping', ...more, ...fleet.hosts()]);

  test('says of a fleet that is fit that it is, changes nothing, and ends with 0', async () => {
    const before = fleet.tree('lab-1');
    const { code, out, err } = await ping();
    expect([code, err]).toEqual([0, '']);
    expect(out).toMatch(/^✓ 5 of 5 can be changed \(the slowest answered in \d+ ms\): lab-1, lab-2, lab-3, lab-4, lab-5\n$/);
    expect(fleet.tree('lab-1')).toEqual(before);
  });

  test('names what a host lacks, and ends with 3; the others are one line', async () => {
    const program = join(fleet.lab.paths.hosts, 'lab-3/usr/bin/sha256sum');
    renameSync(program, `${program}.gone`);
    onTestFinished(() => renameSync(`${program}.gone`, program));
    const { code, out } = await ping();
    expect(code).toBe(3);
    expect(out).toMatch(/^✗ lab-3\n +it has no sha256sum\n +next +install coreutils.*\n✓ 4 of 5 can be changed/);
  });

  test('tells a lock with who has it', async () => {
    await fleet.break(['lab-2']);
    const restarts = fleet.holdRestarts('lab-2');
    const applied = runbook(fleet.run('apply', '-l', 'lab-2', '-y'));
    while (!fleet.record('lab-2').states.includes('APPLYING')) await delay(20);
    const { code, out } = await ping('lab-2');
    restarts.open();
    expect(code).toBe(0);
    expect(out).toMatch(/^! lab-2\n +it is locked by run \S+ by \S+ since \S+: transaction [0-9a-f]+ is applying/);
    await applied;
  });

  test('names a host that does not answer, and ends with 4', async () => {
    const { code, out } = await runbook(['ping', '-i', '127.0.0.1:1,', ...fleet.state()]);
    expect(code).toBe(4);
    expect(out).toMatch(/^✗ 127\.0\.0\.1\n +cannot reach 127\.0\.0\.1: connection refused/);
  });

  test('of a name that the inventory does not have is an error before anything is asked', async () => {
    expect(await ping('nobody')).toMatchObject({ code: 1, err: expect.stringContaining('no group or host is called "nobody"') });
  });
});
