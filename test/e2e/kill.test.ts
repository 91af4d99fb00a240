import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { beforeEach, describe, expect, test } from 'vitest';
import type { RunEvent } from '../../src/domain/event.ts';
import { type Finished, runbook, start } from '../lab/command-line.ts';
import { type FileFacts, noPractice, onPractice, PracticeFleet } from './practice-fleet.ts';

const HOST = 'lab-2';

describe.skipIf(noPractice !== undefined)(onPractice('a controller that is killed (SIGKILL) in the middle of an apply'), async () => {
  const fleet = noPractice === undefined ? await PracticeFleet.up() : ({} as PracticeFleet);
  const apply = () => fleet.run('apply', '-l', HOST, '--json', '-y');
  let broken: FileFacts;
  const again = async () => {
    fleet.forget();
    await fleet.break([HOST]);
    broken = fleet.flags(HOST);
  };
  beforeEach(again);

  /** How many lines an apply prints that nobody kills. */
  async function undisturbed(): Promise<number> {
    await again();
    const { out, err, code } = await runbook(apply());
    if (code !== 0) throw new Error(err);
    return out.trimEnd().split('\n').length;
  }
  const lines = noPractice === undefined ? await undisturbed() : 0;

  /** Starts an apply and kills its process once so many lines were read from it. */
  async function killedAfter(wanted: number): Promise<Finished> {
    const { child, finished } = start(apply());
    if (child.stdout === null) throw new Error('no output to read');
    let read = 0;
    // The launcher gives its place to node, so that the number of the process stays the same.
    if (wanted === 0) child.kill('SIGKILL');
    for await (const _line of createInterface(child.stdout)) {
      read += 1;
      if (read === wanted) child.kill('SIGKILL');
    }
    return await finished;
  }

  async function expectHostAsItWas(): Promise<void> {
    expect(fleet.flags(HOST)).toEqual(broken);
    expect(fleet.startedWith(HOST)).toContain('--improve-speed');
    while ((await fleet.kubelet(HOST)) !== 'activating (auto-restart)') await delay(50);
  }

  test('before its first line: nothing was changed, and there is nothing to take back', async () => {
    await killedAfter(0);
    expect(await fleet.listed()).toEqual([]);
    await expectHostAsItWas();
  });

  test.for(Array.from({ length: lines }, (_, index) => index + 1))(
    'after line %i: what happened is known, and is taken back',
    async (k) => {
      await killedAfter(k);
      await fleet.idle(HOST);
      const events = await fleet.journal();
      const [run] = await fleet.listed();
      expect(run).toMatchObject({ live: false, ...standing(events) });

      const rolledBack = await runbook(['rollback', run?.run ?? '', ...fleet.hosts(), '-y']);
      expect(rolledBack).toMatchObject({ code: 0 });
      await expectHostAsItWas();
      expect((await fleet.listed()).flatMap(({ inDoubt }) => inDoubt)).toEqual([]);
      const starts = fleet.starts(HOST);
      expect(await runbook(['rollback', run?.run ?? '', ...fleet.hosts(), '-y'])).toMatchObject({ code: 0 });
      expect(fleet.starts(HOST)).toBe(starts);
    },
  );
});

/** What `runs` must say of a run with such a journal. */
function standing(events: readonly RunEvent[]): object {
  const has = (type: RunEvent['type']) => events.some((event) => event.type === type);
  if (has('run.finished')) return { state: 'finished', inDoubt: [] };
  if (has('transaction.intended') && !has('transaction.finished')) return { state: 'in-doubt', inDoubt: [HOST] };
  return { state: 'interrupted', inDoubt: [] };
}
