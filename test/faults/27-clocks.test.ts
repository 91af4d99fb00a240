import { execFileSync } from 'node:child_process';
import { chmodSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { noPractice } from '../e2e/practice-fleet.ts';
import { runbook, start } from '../lab/command-line.ts';
import { onPath } from '../lab/commands.ts';
import { scratch } from '../lab-embedded/practice.ts';
import { endsOf, HOSTS, ThreeHosts } from './three-hosts.ts';

const missing = noPractice ?? (onPath('gcc') ? undefined : 'needs gcc');
const HOUR_S = 3_600;
const JUMPS = [
  ['forward', HOUR_S],
  ['back', -HOUR_S],
] as const;
const KEPT = { file: 'new', starts: 1, record: { states: ['CONFIRMED'], lock: ['free'], leftovers: [] } };

// A host in a container shares the clock of this machine, which no test may set: what hosts read is jumped in the practice fleet.
describe.skipIf(missing !== undefined)(`a wall clock that is set by an hour${missing ? ` (not here: ${missing})` : ''}`, async () => {
  const three = missing === undefined ? await ThreeHosts.up() : ({} as ThreeHosts);
  const { fleet } = three;
  const directory = scratch();
  beforeEach(() => three.renew());

  /** An environment whose wall clock can be set, from the start or later. */
  function clock(): { readonly env: Record<string, string>; jump(seconds: number): void } {
    const library = join(directory, 'jumping-clock.so');
    execFileSync('gcc', ['-shared', '-fPIC', '-o', library, fileURLToPath(new URL('jumping-clock.c', import.meta.url))]);
    const path = join(scratch(), 'jump');
    return { env: { LD_PRELOAD: library, CLOCK_JUMP: path }, jump: (seconds) => writeFileSync(path, String(seconds)) };
  }

  function hold(host: string): { readonly open: () => void } {
    const restarts = fleet.holdRestarts(host);
    onTestFinished(() => restarts.open());
    return restarts;
  }

  const applying = async (host: string) => {
    while (three.states(host)[0] !== 'APPLYING') await delay(20);
  };

  /** How far the journal's wall clock went in all, in seconds: the proof that the jump has reached the controller. */
  async function wallSeconds(): Promise<number> {
    const events = await fleet.journal();
    return ((events.at(-1)?.at ?? 0) - (events.at(0)?.at ?? 0)) / 1_000;
  }

  test.for(JUMPS)('fault 27: %s on the controller while a host is changed: all hosts are verified and confirmed', async ([, seconds]) => {
    const { env, jump } = clock();
    const restarts = hold('lab-1');
    const { finished } = start(three.apply({ waves: '1, 100%' }), { env });
    await applying('lab-1');
    jump(seconds);
    restarts.open();
    expect(await finished).toMatchObject({ code: 0 });
    expect(Math.abs((await wallSeconds()) - seconds)).toBeLessThan(HOUR_S / 2);
    for (const host of HOSTS) expect(three.stand(host)).toEqual(KEPT);
  });

  test.for(JUMPS)('fault 27: %s on the controller while it verifies: it is given as many attempts, and no more', async ([, seconds]) => {
    const { env, jump } = clock();
    const { child, finished } = start(
      three.apply({ verifySeconds: 6, more: ['--json', '-l', 'lab-1', '-e', 'watched=ssh-absent.service'] }),
      { env },
    );
    let seen = '';
    child.stdout?.on('data', (text: string) => {
      if (!seen.includes('verify.attempted') && `${seen}${text}`.includes('verify.attempted')) jump(seconds);
      seen += text;
    });
    expect(await finished).toMatchObject({ code: 3 });
    const events = await fleet.journal();
    expect(Math.abs((await wallSeconds()) - seconds)).toBeLessThan(HOUR_S / 2);
    const attempts = events.filter(({ type }) => type === 'verify.attempted').length;
    expect(attempts).toBeGreaterThan(1);
    expect(attempts).toBeLessThan(10);
    expect(endsOf(events)).toEqual({ 'lab-1': 'rolled-back' });
    expect(three.stand('lab-1')).toEqual({ file: 'old', starts: 2, record: { states: ['ROLLEDBACK'], lock: ['free'], leftovers: [] } });
  });

  test.for(JUMPS)(
    'fault 27: %s between a controller that was killed and the resume: the host decides, not the time of day',
    async ([, seconds]) => {
      const restarts = hold('lab-1');
      const { child, finished } = start(three.apply({ waves: '1, 100%' }));
      await applying('lab-1');
      child.kill('SIGKILL');
      await finished;
      const { env, jump } = clock();
      jump(seconds);
      restarts.open();
      await fleet.idle('lab-1');
      expect(await runbook(three.go('resume', 'last'), { env })).toMatchObject({ code: 0 });
      expect(Math.abs((await wallSeconds()) - seconds)).toBeLessThan(HOUR_S / 2);
      expect(three.stand('lab-1')).toEqual(KEPT);
    },
  );

  /** Sets what a practice host reads as the time of day; the machine's own clock stays. */
  function jumpHost(host: string, seconds: number): void {
    const program = join(fleet.lab.paths.hosts, host, 'usr/bin/date');
    renameSync(program, `${program}.aside`);
    writeFileSync(program, `#!/bin/sh\nexec date.aside -d "@$(($(date.aside +%s) + ${seconds}))" "$@"\n`);
    chmodSync(program, 0o755);
    onTestFinished(() => renameSync(`${program}.aside`, program));
  }

  test.for(JUMPS)('fault 27: %s on a host while it is changed: it is confirmed as ever', async ([, seconds]) => {
    const restarts = hold('lab-1');
    const { finished } = start(three.apply({ more: ['--json', '-l', 'lab-1'] }));
    await applying('lab-1');
    jumpHost('lab-1', seconds);
    restarts.open();
    expect(await finished).toMatchObject({ code: 0 });
    expect(three.stand('lab-1')).toEqual(KEPT);
  });

  test.for(JUMPS)('fault 27: %s on a host that is armed: it takes itself back when its time is up', async ([, seconds]) => {
    const restarts = hold('lab-1');
    const { child, finished } = start(three.apply({ more: ['--json', '-l', 'lab-1'] }));
    await applying('lab-1');
    jumpHost('lab-1', seconds);
    child.kill('SIGKILL');
    await finished;
    restarts.open();
    await fleet.idle('lab-1');
    expect(three.states('lab-1')).toEqual(['APPLIED']);
    fleet.elapse('lab-1');
    while (three.states('lab-1')[0] !== 'ROLLEDBACK') await delay(50);
    await fleet.idle('lab-1');
    expect(three.stand('lab-1')).toEqual({ file: 'old', starts: 2, record: { states: ['ROLLEDBACK'], lock: ['free'], leftovers: [] } });
  });
});
