import { describe, expect, it } from 'vitest';
import type { Receipt } from '../../src/domain/transaction.ts';
import type { PlannedHost } from '../../src/engine/plan-host.ts';
import { applyPlanned, look } from '../../src/engine/run-runbook.ts';
import { outputsForVerify } from '../../src/engine/verify-context.ts';
import { events, FILE, host, lines, rig, runbook, step, well } from './rig.ts';

/** Plans hosts as `plan` does, and forgets that they were ever reached. */
async function planned(all: ReturnType<typeof rig>, book = runbook()): Promise<readonly PlannedHost[]> {
  let kept: readonly PlannedHost[] = [];
  await events(
    look(all.assignment(book, 'plan'), all.ports, (plans) => {
      kept = plans;
    }),
  );
  all.fleet.calls.length = 0;
  return kept.filter(({ plan }) => plan.outcome === 'would-fix');
}

describe('a plan that was made earlier', () => {
  it('is carried out as it is: no host is read before it is changed', async () => {
    const all = rig([host('a'), host('b', 'mode=fine\n')]);
    const plans = await planned(all);
    const told = lines(await events(applyPlanned({ ...all.assignment(), hosts: plans.map((one) => one.host) }, plans, all.ports)));
    expect(told).toEqual([
      'run.started',
      'a planned: would-fix',
      'approval.requested',
      'approval of run: yes',
      'wave 1/1: a',
      'a host.started',
      `a do: ${FILE}, restart`,
      'a results: done, done (applied)',
      'a verify 1: holds',
      'a confirm.intended',
      'a is confirmed',
      'a finished: fixed',
      'wave 1 ended: 0 failures of 0',
      'exit 0',
    ]);
    expect(all.fleet.calls[0]).toBe('write a');
  });

  it('is refused by a host that somebody edited since, and by no other', async () => {
    const hosts = [host('a'), host('b')];
    const all = rig(hosts);
    const plans = await planned(all);
    hosts[0]?.write(FILE, 'mode=bad # mine\n');
    const told = lines(await events(applyPlanned(all.assignment(), plans, all.ports)));
    expect(told).toContain('a finished: stale');
    expect(told).toContain('b finished: fixed');
    expect(hosts[0]?.text(FILE)).toBe('mode=bad # mine\n');
  });

  it('is not begun when nobody approves', async () => {
    const all = rig([host('a')], 'none');
    const told = lines(await events(applyPlanned(all.assignment(), await planned(all), all.ports)));
    expect(told.slice(-2)).toEqual(['a finished: skipped', 'exit 5']);
    expect(all.fleet.begins).toEqual([]);
  });

  it('of no hosts is done at once', async () => {
    const all = rig([]);
    expect(lines(await events(applyPlanned(all.assignment(), [], all.ports)))).toEqual(['run.started', 'exit 0']);
  });

  it('that another run has begun is left to that run: it is neither verified, nor confirmed, nor taken back', async () => {
    const fake = host('a');
    const all = rig([fake]);
    const plans = await planned(all);
    const refused: Receipt = {
      results: plans.flatMap(({ plan }) => plan.changes.map(() => ({ kind: 'not-reached' }) as const)),
      state: 'applied',
      remarks: [],
      refusal: { code: 'locked', message: 'it was begun before, by run r0 of eve, and is APPLIED' },
    };
    fake.begin = async () => refused;
    const found = await events(applyPlanned(all.assignment(), plans, all.ports));
    expect(lines(found)).toContain('a results: not-reached, not-reached (none)');
    expect(found.find(({ type }) => type === 'host.finished')).toMatchObject({ outcome: 'failed', reason: { code: 'locked' } });
    expect(fake.settled).toEqual([]);
  });
});

describe('what verify needs of earlier steps', () => {
  it('is what its steps refer to, and what reads between the changes do, and nothing else', async () => {
    const verify = [step('well', well, {}, { phase: 'verify', needs: ['conf'] })];
    const book = runbook({ verify });
    const all = rig([host('a')]);
    const [one] = await planned(all, book);
    if (!one) throw new Error('nothing was planned');
    const scope = { ...one.scope, steps: { ...one.scope.steps, secret: 'hunter2' } };
    expect(Object.keys(outputsForVerify(book, one.plan, scope))).toEqual(['conf']);
    expect(outputsForVerify(runbook(), one.plan, scope)).toEqual({});
  });
});
