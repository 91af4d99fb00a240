import { describe, expect, test } from 'vitest';
import { inDoubt } from '../../src/views/in-doubt.ts';
import { noPractice, onPractice } from '../e2e/practice-fleet.ts';
import { runbook } from '../lab/command-line.ts';
import { endsOf, HOSTS, preload, ThreeHosts } from './three-hosts.ts';

/** Longer than every sweep needs. */
const SWEEP_MS = 900_000;
/** Every 13th record here, `npm run nightly` every one. */
const STRIDE = Number(process.env['RUNBOOK_EVERY'] ?? 13);

/** The record after those that announce the transactions of all three hosts: start, three plans, question and answer, wave, two a host. */
const REPLIED = 1 + 3 + 2 + 1 + 2 * 3;

describe.skipIf(noPractice !== undefined)(onPractice('a controller that is killed at a record of its journal'), async () => {
  const three = noPractice === undefined ? await ThreeHosts.up() : ({} as ThreeHosts);
  const { fleet } = three;

  /** Runs a command that is killed at a record; false when it came to its end before that. */
  async function killed(args: readonly string[], at: string): Promise<boolean> {
    const { signal, code, err } = await runbook(args, { env: preload('kill-at-record.ts', { KILL_AT: at }) });
    if (signal === null && code !== 0) throw new Error(`${at}: ${err}`);
    return signal === 'SIGKILL';
  }

  async function newest(): Promise<string> {
    const [started] = await fleet.journal();
    return started?.type === 'run.started' ? started.run : '';
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
    if (started?.type !== 'run.started')
      return HOSTS.flatMap((host) => (three.stand(host).file === 'old' ? [] : [`${at}: ${host} is changed`]));
    const doubtful = inDoubt(before).map(({ host }) => host);
    const { code, err } = await runbook(three.go('resume', started.run));
    const events = await fleet.journal();
    const states = HOSTS.flatMap((host) => three.states(host));
    const expected = doubtful.length > 0 && doubtful.some((host) => endsOf(events)[host] === 'rolled-back') ? 3 : 0;
    return [
      ...(code === expected ? [] : [`${at}: resume ended with ${code}, but should with ${expected}: ${err}`]),
      ...inDoubt(events).map(({ host }) => `${at}: ${host} is still in doubt`),
      ...three.oddities(events).map((what) => `${at}, ${what}`),
      ...(states.includes('CONFIRMED') ? await rolledBack(at, started.run) : []),
    ];
  }

  /** Kills `args()` at one record after the other from `first` on, each time after `ready`, until it is not reached any more. */
  async function swept(
    when: string,
    first: number,
    ready: () => Promise<unknown>,
    args: () => Promise<readonly string[]>,
    settled: (at: string) => Promise<readonly string[]>,
  ): Promise<void> {
    const odd: string[] = [];
    let point = first;
    for (; ; point += when === 'torn' ? STRIDE * 2 : STRIDE) {
      await three.renew();
      await ready();
      if (!(await killed(await args(), `${when}:${point}`))) break;
      odd.push(...(await settled(`${when} ${point}`)));
    }
    expect(odd).toEqual([]);
    expect(point).toBeGreaterThan(first + 5);
  }

  test.for(['before', 'torn', 'after'])(
    'fault 1: %s any record of an apply: resume ends each host kept or back, and rollback finds what was kept',
    { timeout: SWEEP_MS },
    (when) =>
      swept(
        when,
        0,
        async () => undefined,
        async () => three.apply(),
        resumed,
      ),
  );

  /** Ends an apply with all three hosts under way, and says how many records there are then. */
  async function cutOff(): Promise<number> {
    await killed(three.apply(), `before:${REPLIED}`);
    const events = await fleet.journal();
    expect(inDoubt(events)).toHaveLength(HOSTS.length);
    return events.length;
  }

  test.for(['before', 'after'])(
    'fault 1: %s any record of a resume: another one goes on where it was',
    { timeout: SWEEP_MS },
    async (when) => swept(when, REPLIED, cutOff, async () => three.go('resume', await newest()), resumed),
  );

  test.for(['before', 'after'])(
    'fault 1: %s any record of a rollback: resume settles it, and the next rollback finds all that is left',
    { timeout: SWEEP_MS },
    async (when) => {
      let of = '';
      const applied = async () => {
        expect(await runbook(three.apply())).toMatchObject({ code: 0 });
        of = await newest();
      };
      const settled = async (at: string) => {
        const doubtful = inDoubt(await fleet.journal());
        const { code, err } = await runbook(three.go('resume', 'last'));
        // A rollback that was itself taken back, or fenced before it began, has not done what it was for.
        const undone = HOSTS.some((host) => three.states(host).includes('ROLLEDBACK'));
        const expected = doubtful.length === 0 ? 1 : undone ? 3 : 0;
        const wrong = code === expected ? [] : [`${at}: resume ended with ${code}, but should with ${expected}: ${err}`];
        const half = HOSTS.flatMap((host) => {
          const { file, starts, record } = three.stand(host);
          const taken = record.states.length === 2 ? record.states.toSorted().join(' ') : `${record.states} only`;
          const whole = /^CONFIRMED only new 1$|^CONFIRMED CONFIRMED old 2$|^CONFIRMED ROLLEDBACK new [123]$/.test(
            `${taken} ${file} ${starts}`,
          );
          return whole ? [] : [`${at}, ${host}: ${taken} ${file} ${starts}`];
        });
        const after = await rolledBack(at, of);
        const left = HOSTS.flatMap((host) => {
          const { lock, leftovers } = three.stand(host).record;
          return [...leftovers, ...lock.filter((holder) => holder !== 'free')].map((what) => `${at}, ${host}: ${what}`);
        });
        return [...wrong, ...half, ...after, ...left];
      };
      await swept(when, 0, applied, async () => three.go('rollback', of), settled);
    },
  );
});
