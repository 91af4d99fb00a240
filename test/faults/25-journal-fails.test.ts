import { execFileSync } from 'node:child_process';
import { chmodSync, closeSync, existsSync, mkdirSync, openSync, readdirSync, renameSync, rmSync, writeSync } from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { inDoubt } from '../../src/views/in-doubt.ts';
import { noPractice, onPractice } from '../e2e/practice-fleet.ts';
import { type Finished, runbook, start } from '../lab/command-line.ts';
import { onPath } from '../lab/commands.ts';
import { scratch } from '../lab-embedded/practice.ts';
import { HOSTS, ThreeHosts } from './three-hosts.ts';

const noMount = process.getuid?.() !== 0 ? ' (not here: needs root to mount a small file system)' : '';
const noCompiler = onPath('gcc') ? '' : ' (not here: needs gcc)';
const BACK = { file: 'old', record: { states: ['ROLLEDBACK'], lock: ['free'], leftovers: [] } };
const UNTOUCHED = { file: 'old', starts: 0, record: { states: [], lock: [], leftovers: [] } };

describe.skipIf(noPractice !== undefined)(onPractice('a journal that cannot be kept'), async () => {
  const three = noPractice === undefined ? await ThreeHosts.up() : ({} as ThreeHosts);
  const { fleet } = three;
  beforeEach(() => three.renew());

  /** Holds restarts on a host until the test has ended. */
  function hold(host: string): { readonly open: () => void; readonly letThrough: () => Promise<void> } {
    const restarts = fleet.holdRestarts(host);
    onTestFinished(() => restarts.open());
    return restarts;
  }

  const until = async (holds: () => boolean) => {
    while (!holds()) await delay(20);
  };
  const runDirectory = () => {
    const runs = join(fleet.stateDirectory, 'runs');
    const [run = ''] = readdirSync(runs);
    return join(runs, run);
  };

  function expectRefusal({ code, err }: Finished, hosts: readonly string[]): void {
    expect(code).toBe(6);
    expect(err).toContain('The journal could not be kept');
    const words = err.replaceAll(/\s+/g, ' ');
    for (const host of hosts) expect(words).toMatch(new RegExp(`Changed and not confirmed, and will take themselves back:[^"]*${host} at`));
    if (hosts.length === 0) expect(words).not.toContain('take themselves back:');
  }

  /** A file system of its own for the runs, of hardly more room than is set aside for the last records. */
  function mountSmall(options: string): void {
    execFileSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', fleet.stateDirectory]);
    const mounted = fleet.stateDirectory;
    onTestFinished(() => {
      execFileSync('umount', ['-l', mounted]);
    });
  }

  /** Uses up all room; returns what gives it back. */
  function fill(): () => void {
    const path = join(fleet.stateDirectory, 'filler');
    const file = openSync(path, 'w');
    try {
      for (;;) writeSync(file, new Uint8Array(4096));
    } catch {
      // No space left, as it is meant to be.
    }
    closeSync(file);
    return () => rmSync(path);
  }

  test.skipIf(noMount !== '')(
    `fault 25: on a full disk nothing new is begun, what is under way is not confirmed, and resume works once there is room${noMount}`,
    async () => {
      mountSmall('size=1400k,mode=0700');
      const [first, second] = [hold('lab-1'), hold('lab-2')];
      const { finished } = start(three.apply({ parallel: 2 }));
      await until(() => ['lab-1', 'lab-2'].every((host) => three.states(host)[0] === 'APPLYING'));
      const makeRoom = fill();
      expect(existsSync(join(runDirectory(), 'ballast'))).toBe(true);
      // Its end lets the third host begin, whose announcement finds no room.
      second.open();
      const ended = await finished;
      expectRefusal(ended, ['lab-1']);
      expect(ended.err).toMatch(/ENOSPC|no space left/);
      expect(existsSync(join(runDirectory(), 'ballast'))).toBe(false);
      expect(three.stand('lab-3')).toEqual(UNTOUCHED);
      const events = await fleet.journal();
      expect(events.filter(({ type }) => type === 'transaction.intended')).toHaveLength(2);
      expect(events).toContainEqual(expect.objectContaining({ type: 'transaction.finished', host: 'lab-2' }));
      first.open();
      await fleet.idle('lab-1');
      fleet.elapse('lab-1');
      await until(() => three.states('lab-1')[0] === 'ROLLEDBACK');
      await fleet.idle('lab-1');
      expect(three.stand('lab-1')).toMatchObject(BACK);
      makeRoom();
      expect(await runbook(three.go('resume', 'last'))).toMatchObject({ code: 3 });
      expect(inDoubt(await fleet.journal())).toEqual([]);
    },
  );

  test.skipIf(noMount !== '')(`fault 25: on a disk that is full from the start no host is asked anything${noMount}`, async () => {
    mountSmall('size=64k,mode=0700');
    expectRefusal(await runbook(three.apply()), []);
    for (const host of HOSTS) expect(three.stand(host)).toEqual(UNTOUCHED);
  });

  test('fault 25: in a directory that is read-only no host is asked anything', async () => {
    mkdirSync(join(fleet.stateDirectory, 'runs'));
    if (noMount === '') mountSmall('ro,size=64k');
    else chmodSync(join(fleet.stateDirectory, 'runs'), 0o500);
    expectRefusal(await runbook(three.apply()), []);
    for (const host of HOSTS) expect(three.stand(host)).toEqual(UNTOUCHED);
  });

  test.for(['the directory is renamed', 'the journal is renamed', 'the journal is replaced by a copy'])(
    'fault 25: when %s under way, nothing is confirmed or begun; resume works once it is back',
    async (what) => {
      const restarts = hold('lab-1');
      const { finished } = start(three.apply({ waves: '1, 100%' }));
      await until(() => three.states('lab-1')[0] === 'APPLYING');
      const directory = runDirectory();
      const [from, to] = what.includes('directory')
        ? [directory, `${fleet.stateDirectory}/moved`]
        : [`${directory}/journal.jsonl`, `${directory}/moved`];
      renameSync(from, to);
      if (what.includes('copy')) execFileSync('cp', [to, from]);
      restarts.open();
      expectRefusal(await finished, ['lab-1']);
      expect(three.states('lab-1')).toEqual(['APPLIED']);
      for (const host of ['lab-2', 'lab-3']) expect(three.stand(host)).toEqual(UNTOUCHED);
      rmSync(from, { recursive: true, force: true });
      renameSync(to, from);
      expect(await runbook(three.go('resume', 'last'))).toMatchObject({ code: 0 });
      expect(three.stand('lab-1')).toEqual({ file: 'new', starts: 1, record: { states: ['CONFIRMED'], lock: ['free'], leftovers: [] } });
    },
  );

  test('fault 25: when the journal is removed under way, the host takes itself back', async () => {
    const restarts = hold('lab-1');
    const { finished } = start(three.apply({ waves: '1, 100%' }));
    await until(() => three.states('lab-1')[0] === 'APPLYING');
    rmSync(join(runDirectory(), 'journal.jsonl'));
    restarts.open();
    expectRefusal(await finished, ['lab-1']);
    fleet.elapse('lab-1');
    await until(() => three.states('lab-1')[0] === 'ROLLEDBACK');
    await fleet.idle('lab-1');
    expect(three.stand('lab-1')).toMatchObject(BACK);
    for (const host of ['lab-2', 'lab-3']) expect(three.stand(host)).toEqual(UNTOUCHED);
  });

  test.skipIf(noCompiler !== '').for(['EIO', 'ENOSPC'] as const)(
    `fault 25: a record that cannot be flushed (%s), at every flush: nothing is begun or confirmed after it, and resume settles all${noCompiler}`,
    async (name) => {
      const library = join(scratch(), 'failing-sync.so');
      execFileSync('gcc', ['-shared', '-fPIC', '-o', library, fileURLToPath(new URL('failing-sync.c', import.meta.url)), '-ldl']);
      const env = (at: number) => ({ LD_PRELOAD: library, FAIL_AT: String(at), FAIL_ERRNO: String(constants.errno[name]) });
      let at = 1;
      for (; ; at += name === 'EIO' ? 1 : 3) {
        await three.renew();
        const ended = await runbook(three.apply({ waves: '1, 100%' }), { env: env(at) });
        if (ended.code === 0) break;
        const events = await fleet.journal();
        expectRefusal(
          ended,
          inDoubt(events).map(({ host }) => host),
        );
        expect(ended.err).toContain(name);
        const told = (type: string, host: string) => events.some((event) => event.type === type && 'host' in event && event.host === host);
        for (const host of HOSTS) {
          const [state] = three.states(host);
          if (!told('transaction.intended', host)) expect(three.stand(host)).toEqual(UNTOUCHED);
          if (!told('confirm.intended', host)) expect(state).not.toBe('CONFIRMED');
        }
        if (inDoubt(events).length === 0) continue;
        const { code, err } = await runbook(three.go('resume', 'last'));
        const begun = HOSTS.filter((host) => told('transaction.intended', host)).map((host) => ({ host, ...three.stand(host) }));
        for (const { file, starts, record } of begun) {
          // A script whose reader has gone may have come to a halt: then it is taken back.
          const [state = 'none'] = record.states;
          expect(`${at}: ${state} ${file} ${starts}`).toMatch(/: (CONFIRMED new 1|ROLLEDBACK old [012])$/);
          expect(record).toMatchObject({ lock: ['free'], leftovers: [] });
        }
        expect({ at, code, err }).toMatchObject({ at, code: begun.some(({ starts, file }) => file === 'old' && starts > 0) ? 3 : code });
        expect(inDoubt(await fleet.journal())).toEqual([]);
      }
      expect(at).toBeGreaterThan(5);
    },
  );
});
