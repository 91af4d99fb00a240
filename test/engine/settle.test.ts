import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RunEvent } from '../../src/domain/event.ts';
import { HostFault } from '../../src/domain/failure.ts';
import { contentOf } from '../../src/domain/file.ts';
import type { Rollout } from '../../src/domain/runbook.ts';
import { UNIT_JOB_MS } from '../../src/domain/undo-time.ts';
import { apply } from '../../src/engine/run-runbook.ts';
import type { FakeHost } from '../fakes/fake-host.ts';
import { events, FILE, host, lines, rig, runbook } from './rig.ts';

const AT_ONCE = runbook({ rollout: { verifyTimeoutMs: 0 } });
const digest = (text: string) => contentOf(Buffer.from(text)).sha256;

/** Does something to a host while its verify is asked. */
function duringVerify(fake: FakeHost, happens: () => void): void {
  fake.hooks.answer = () => {
    if (fake.states.get('a') === 'applied') happens();
    return undefined;
  };
}

async function ending(fake: FakeHost, book = AT_ONCE) {
  const { ports, assignment } = rig([fake]);
  const all = await events(apply(assignment(book), ports));
  const finished = all.find((event): event is Extract<RunEvent, { type: 'host.finished' }> => event.type === 'host.finished');
  return { all: lines(all), outcome: finished?.outcome, reason: finished?.reason };
}

describe('a host whose transaction is to be settled', () => {
  it('is rolled back, not fixed, where the confirm comes after it has taken itself back', async () => {
    const fake = host('a');
    duringVerify(fake, () => fake.expire('a'));
    fake.hooks.restarted = () => void fake.programs.set('how', { stdout: 'well' });
    const { all, outcome, reason } = await ending(fake);
    expect(all.slice(all.indexOf('a verify 1: holds'))).toEqual([
      'a verify 1: holds',
      'a confirm.intended',
      'a is rolled-back',
      'a finished: rolled-back',
      'wave 1 ended: 1 failures of 0',
      'budget.exceeded',
      'exit 3',
    ]);
    expect([outcome, reason]).toEqual([
      'rolled-back',
      { code: 'expired', message: 'it was not confirmed in time, and the host took itself back' },
    ]);
    expect(fake.text(FILE)).toBe('mode=bad\n');
  });

  it('is waited for where the confirm meets the undo of the host: it is rolled back, and has not failed', async () => {
    const fake = host('a');
    let met = 0;
    fake.confirm = async (tx) => {
      met += 1;
      if (met === 3) return fake.expire(tx);
      return { state: 'rolling', remarks: [] };
    };
    const { all, outcome, reason } = await ending(fake);
    expect(all.slice(all.indexOf('a confirm.intended'), -3)).toEqual(['a confirm.intended', 'a is rolled-back', 'a finished: rolled-back']);
    expect([outcome, reason?.code, met, fake.text(FILE)]).toEqual(['rolled-back', 'expired', 3, 'mode=bad\n']);
  });

  it('is waited for where an undo whose answer was lost is still at work, and not told to have failed', async () => {
    const fake = host('a', 'mode=bad\n', 'still ill');
    let met = 0;
    fake.undo = async (tx) => {
      met += 1;
      if (met === 1) throw new HostFault({ code: 'timed-out', message: 'it did not answer in time' });
      return met < 4 ? { state: 'rolling', remarks: ['somebody else is taking it back'] } : fake.expire(tx);
    };
    const { outcome, reason } = await ending(fake);
    expect([outcome, reason?.code, met, fake.text(FILE)]).toEqual(['rolled-back', 'verify-failed', 4, 'mode=bad\n']);
  });

  it('is not waited for longer than the host may take: then it goes on taking itself back, which is no end', async () => {
    const fake = host('a');
    fake.confirm = async () => ({ state: 'rolling', remarks: ['the disk is full'] });
    const { all, outcome, reason } = await ending(fake);
    expect(all).toContain('a is rolling');
    expect([outcome, reason?.message]).toEqual(['failed', expect.stringMatching(/\(rolling\).*the disk is full/)]);
  });

  it('is in conflict where a third party edited what would be taken back: nothing is overwritten, and all three contents are named', async () => {
    const fake = host('a', 'mode=bad\n', 'still ill');
    duringVerify(fake, () => fake.write(FILE, 'mine\n'));
    const { all, outcome, reason } = await ending(fake);
    expect(all).toContain('a is conflict');
    expect(all.at(-1)).toBe('exit 3');
    expect([outcome, reason?.code]).toEqual(['conflict', 'conflict']);
    for (const text of ['mode=bad\n', 'mode=good\n', 'mine\n']) expect(reason?.message).toContain(digest(text));
    expect(reason?.message).toMatch(/^verify does not hold: it is still ill; rolling back: nothing was put back; /);
    expect([fake.text(FILE), fake.triggered]).toEqual(['mine\n', ['restart app.service']]);
  });

  it('has failed where it cannot be taken back yet, and the host goes on trying', async () => {
    const fake = host('a', 'mode=bad\n', 'still ill');
    duringVerify(fake, () => fake.setUnit('app.service', { LoadState: 'masked', ActiveState: 'inactive' }));
    const { all, outcome, reason } = await ending(fake);
    expect(all).toContain('a is rolling');
    expect(all.at(-1)).toBe('exit 3');
    expect([outcome, reason?.code]).toEqual(['failed', 'command-failed']);
    expect(reason?.message).toBe(
      'verify does not hold: it is still ill; rolling back: it is not taken back yet (rolling), and the host goes on trying; ' +
        'could not be taken back: Unit app.service is masked.',
    );
  });

  it('has failed as well where the host tells so in its first answer', async () => {
    const fake = host('a');
    fake.hooks.fails = (change) => {
      if (change.kind !== 'trigger') return undefined;
      fake.setUnit('app.service', { LoadState: 'masked', ActiveState: 'inactive' });
      return 'whole';
    };
    const { all, outcome, reason } = await ending(fake);
    expect(all).toContain('a results: done, failed (rolling)');
    expect([outcome, reason?.message]).toEqual(['failed', expect.stringMatching(/^it broke; rolling back: .*\(rolling\)/)]);
  });

  it('is in conflict where somebody else confirmed what verify refused', async () => {
    const fake = host('a', 'mode=bad\n', 'still ill');
    duringVerify(fake, () => void fake.states.set('a', 'confirmed'));
    const { outcome, reason } = await ending(fake);
    expect([outcome, reason?.message]).toEqual(['conflict', expect.stringContaining('somebody else confirmed it')]);
    expect(fake.text(FILE)).toBe('mode=good\n');
  });

  it('was never begun where somebody else holds the host: it has failed as locked, and nothing was changed', async () => {
    const fake = host('a');
    fake.hooks.refuses = () => ({ code: 'locked', message: 'run r0 of eve holds it', hint: 'wait' });
    const { all, outcome, reason } = await ending(fake);
    expect(all).toContain('a results: not-reached, not-reached (none)');
    expect([outcome, reason, all.at(-1)]).toEqual([
      'failed',
      { code: 'locked', message: 'run r0 of eve holds it', hint: 'wait' },
      'exit 3',
    ]);
    expect([fake.transactions, fake.settled, fake.text(FILE)]).toEqual([[], [], 'mode=bad\n']);
  });

  it('is asked again where its record could not be moved on, as long as it waits to be confirmed', async () => {
    const fake = host('a');
    let stuck = 2;
    const confirm = fake.confirm.bind(fake);
    fake.confirm = async (tx) => {
      stuck -= 1;
      return stuck < 0 ? confirm(tx) : { state: 'applied', remarks: ['no space'] };
    };
    expect((await ending(fake)).outcome).toBe('fixed');
    fake.write(FILE, 'mode=bad\n');
    fake.states.clear();
    fake.confirm = async () => ({ state: 'applied', remarks: ['no space'] });
    const never = await ending(fake);
    expect([never.outcome, never.reason?.message]).toEqual(['failed', expect.stringMatching(/\(applied\).*no space/)]);
  });
});

describe('how long a host waits to be confirmed', () => {
  const undoAfter = async (id: string, rollout: Partial<Rollout> = {}) => {
    const fake = host('a');
    const { ports, assignment } = rig([fake]);
    const all = await events(apply(assignment(runbook({ rollout })), { ...ports, transactionId: () => id }));
    const told = all.flatMap((event) => (event.type === 'transaction.intended' ? [event.undoAfterMs] : []));
    expect(fake.transactions.map(({ undoAfterMs }) => undoAfterMs)).toEqual(told);
    return told[0] ?? Number.NaN;
  };

  // Of a file and a restart.
  const changes = 10_000 + UNIT_JOB_MS;

  it('is what the changes, verify and the bake may need, and on top of it what the runbook says', async () => {
    const rollout = { verifyTimeoutMs: 7_000, bakeMs: 500, commitConfirmMs: 60_000 };
    expect(await undoAfter('0'.repeat(32), rollout)).toBe(changes + 74_500);
  });

  it('is at most a fifth longer, by the id alone, so that a fleet without a controller does not go back all at once', async () => {
    const base = changes + 70_000;
    expect([await undoAfter('0'.repeat(32)), await undoAfter('f'.repeat(32))]).toEqual([base, base * 1.2]);
    const ids = fc.array(fc.constantFrom(...'0123456789abcdef'), { minLength: 32, maxLength: 32 }).map((digits) => digits.join(''));
    const seen = new Set<number>();
    await fc.assert(
      fc.asyncProperty(ids, async (id) => {
        const [once, again] = [await undoAfter(id), await undoAfter(id)];
        seen.add(once);
        expect(again).toBe(once);
        expect(once).toBeGreaterThanOrEqual(base);
        expect(once).toBeLessThanOrEqual(base * 1.2);
      }),
      { numRuns: 50 },
    );
    expect(seen.size).toBeGreaterThan(40);
  });
});
