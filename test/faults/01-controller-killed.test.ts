import { describe, expect, test } from 'vitest';
import type { RunEvent } from '../../src/domain/event.ts';
import { inDoubt } from '../../src/views/in-doubt.ts';
import { noPractice, onPractice } from '../e2e/practice-fleet.ts';
import { runbook } from '../lab/command-line.ts';
import { endsOf, HOSTS, preload, ThreeHosts } from './three-hosts.ts';

/** Longer than every sweep needs. */
const SWEEP_MS = 900_000;
/** One host more or less at one place is the same to all others: a rare run takes every record, others fewer. */
const STRIDE = Number(process.env['STRIDE'] ?? 1);

describe.skipIf(noPractice !== undefined)(onPractice('a controller that is killed at a record of its journal'), async () => {
  const three = noPractice === undefined ? await ThreeHosts.up() : ({} as ThreeHosts);
  const { fleet } = three;

  /** Runs a command that is killed at a record; false when it came to its end before that. */
  async function killed(args: readonly string[], at: string): Promise<boolean> {
    const { signal, code, err } = await runbook(args, { env: preload('kill-at-record.ts', { KILL_AT: at }) });
    if (signal === null && code !== 0) throw new Error(`${at}: ${err}`);
    return signal === 'SIGKILL';
  }

  /** What is wrong with the three hosts once a run was settled: nothing may be. */
  function oddities(at: string, events: readonly RunEvent[]): readonly string[] {
    const ends = endsOf(events);
    return HOSTS.flatMap((host) => {
      const { file, starts, record } = three.stand(host);
      const [state = 'none', ...more] = record.states;
      const found = `${state} ${file} ${starts} ${ends[host] ?? 'never begun'}`;
      const whole = /^CONFIRMED new 1 fixed$|^ROLLEDBACK old (0|1|2) rolled-back$|^(ROLLEDBACK|none) old 0 (skipped|never begun)$/.test(found);
      const left = [...more, ...record.leftovers, ...record.lock.filter((holder) => holder !== 'free')];
      return [...(whole ? [] : [found]), ...left].map((what) => `${at}, ${host}: ${what}`);
    });
  }

  /** `rollback` brings back what was kept, so that no backup is lost: bytes, mode and time. */
  async function rolledBack(at: string, run: string): Promise<readonly string[]> {
    const { code, err } = await runbook(three.go('rollback', run));
    const files = HOSTS.map((host) => three.stand(host).file);
    return code === 0 && files.every((file) => file === 'old') ? [] : [`${at}: rollback ended with ${code} and ${files.join(', ')} ${err}`];
  }

  /** Resumes the newest run, and says what is wrong then. */
  async function resumed(at: string): Promise<readonly string[]> {
    const before = await fleet.journal();
    const [started] = before;
    if (started?.type !== 'run.started') return HOSTS.flatMap((host) => (three.stand(host).file === 'old' ? [] : [`${at}: ${host} is changed`]));
    const doubtful = inDoubt(before).map(({ host }) => host);
    const { code, err } = await runbook(three.go('resume', started.run));
    const events = await fleet.journal();
    const states = HOSTS.flatMap((host) => three.states(host));
    const expected = doubtful.length > 0 && doubtful.some((host) => endsOf(events)[host] === 'rolled-back') ? 3 : 0;
    return [
      ...(code === expected ? [] : [`${at}: resume ended with ${code}, but should with ${expected}: ${err}`]),
      ...inDoubt(events).map(({ host }) => `${at}: ${host} is still in doubt`),
      ...oddities(at, events),
      ...(states.includes('CONFIRMED') ? await rolledBack(at, started.run) : []),
    ];
  }

  test.for(['before', 'torn', 'after'])(
    'fault 1: %s any record of an apply: resume ends each host kept or back, and rollback finds what was kept',
    { timeout: SWEEP_MS },
    async (when) => {
      const odd: string[] = [];
      let point = 0;
      for (; ; point += when === 'torn' ? 5 : STRIDE) {
        three.renew();
        if (!(await killed(three.apply(), `${when}:${point}`))) break;
        odd.push(...(await resumed(`${when} ${point}`)));
      }
      expect(odd).toEqual([]);
      expect(point).toBeGreaterThan(20);
    },
  );
});
