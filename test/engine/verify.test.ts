import { describe, expect, it } from 'vitest';
import { fail, HostFault, ok } from '../../src/domain/failure.ts';
import type { Outcome } from '../../src/domain/plan.ts';
import { apply, look } from '../../src/engine/run-runbook.ts';
import { events, FILE, host, lines, read, rig, runbook, step, well } from './rig.ts';

describe('verify', () => {
  it('asks again after the bake when the connection was dropped meanwhile', async () => {
    const fake = host('a');
    const { ports, assignment, slept } = rig([fake]);
    let looks = 0;
    fake.hooks.answer = (_, argv) => {
      if (argv[0] !== 'how' || fake.transactions.length === 0) return undefined;
      looks += 1;
      if (looks === 2) throw new HostFault({ code: 'lost', message: 'the connection was dropped' });
      return undefined;
    };
    const all = lines(await events(apply(assignment(runbook({ rollout: { bakeMs: 30_000 } })), ports)));
    expect(all).toContain('a verify 2: the connection was dropped');
    expect(all).toContain('a finished: fixed');
    expect(slept).toEqual([30_000, 1_000]);
  });

  it('takes back what held at first and not after the bake', async () => {
    const fake = host('a');
    const { ports, assignment } = rig([fake]);
    const sleep = ports.clock.sleep;
    const clock = {
      now: ports.clock.now,
      elapsed: ports.clock.elapsed,
      async sleep(ms: number, signal?: AbortSignal) {
        if (ms === 30_000) fake.programs.set('how', { stdout: 'ill again' });
        await sleep(ms, signal);
      },
    };
    const all = lines(await events(apply(assignment(runbook({ rollout: { bakeMs: 30_000 } })), { ...ports, clock })));
    expect(all).toContain('a verify 2: it is ill again');
    expect(all).toContain('a finished: rolled-back');
  });

  it('is asked once more when its time is up, however long the pause between two looks', async () => {
    const { ports, assignment, slept } = rig([host('a', 'mode=bad\n', 'still ill')]);
    const book = runbook({ rollout: { verifyTimeoutMs: 2_500, verifyEveryMs: 2_000 } });
    const all = lines(await events(apply(assignment(book), ports)));
    expect(slept).toEqual([2_000, 500]);
    expect(all).toContain('a verify 3: it is still ill');
  });

  it.each<[string, string, Outcome, readonly number[]]>([
    ['waits for a healthy host that only needs time', 'later 7000', 'other-cause', [7_000]],
    ['does not wait for it longer than verify may take', 'later 3600000', 'unknown', []],
  ])('while planning %s', async (_, answer, outcome, waits) => {
    const fake = host('a', 'mode=good\n');
    fake.programs.set('how', { stdout: answer });
    const { ports, assignment, slept } = rig([fake]);
    expect(lines(await events(look(assignment(runbook(), 'plan'), ports)))).toContain(`a finished: ${outcome}`);
    expect(slept).toEqual(waits);
  });

  it.each([
    [true, 'fixed'],
    [false, 'rolled-back'],
  ] as const)('with a step that cannot be read, and continue_on_error %s, ends in %s', async (continueOnError, outcome) => {
    const fake = host('a');
    fake.faults.set('/secret', { code: 'permission-denied', message: 'may not read it' });
    const { ports, assignment } = rig([fake]);
    const verify = [
      step('well', well, {}, { phase: 'verify' }),
      step('secret', read, { path: '/secret' }, { phase: 'verify', continueOnError }),
    ];
    expect(lines(await events(apply(assignment(runbook({ verify })), ports)))).toContain(`a finished: ${outcome}`);
  });
});

describe('a runbook without affected', () => {
  it.each<[string, Outcome]>([
    ['mode=bad\n', 'would-fix'],
    ['mode=good\n', 'healthy'],
  ])('is diagnosed by whether anything would change: %j is %s, and no change is told', async (text, outcome) => {
    const { ports, assignment } = rig([host('a', text)]);
    const { affected: _, ...book } = runbook();
    const all = await events(look(assignment(book, 'diagnose'), ports));
    expect(lines(all)).toContain(`a finished: ${outcome}`);
    expect(all.flatMap((event) => (event.type === 'host.planned' ? event.plan.changes : []))).toEqual([]);
  });

  it.each<[string, Outcome]>([
    ['cause', 'other-cause'],
    ['symptom', 'healthy'],
  ])('that only diagnoses, and finds a %s, calls the host %s', async (kind, outcome) => {
    const found = { ...read, findings: () => [{ kind, says: 'the mode is bad', evidence: [] }] };
    const { affected: _, ...book } = runbook({ diagnose: [step('conf', found, { path: FILE })], remediate: [], verify: [] });
    const { ports, assignment } = rig([host('a')]);
    for (const purpose of ['diagnose', 'plan'] as const)
      expect(lines(await events(look(assignment(book, purpose), ports)))).toContain(`a finished: ${outcome}`);
  });
});

it('does not take a good fix back because a step of diagnose that was skipped has no outputs, and the plan says so', async () => {
  const skipped = step('extra', read, { path: FILE }, { condition: () => ok(false) });
  const needing = step('more', well, null, {
    phase: 'verify',
    needs: ['extra'],
    params: () => fail('bad-expression', 'no such key: extra'),
  });
  const book = runbook();
  const both = { ...book, diagnose: [...book.diagnose, skipped], verify: [...book.verify, needing] };
  const { ports, assignment } = rig([host('a')]);
  const all = await events(apply(assignment(both), ports));
  expect(lines(all)).toContain('a finished: fixed');
  const plan = all.flatMap((event) => (event.type === 'host.planned' ? [event.plan] : []))[0];
  expect(plan?.steps.at(-1)).toMatchObject({ id: 'more', status: { kind: 'skipped', why: 'extra gave no outputs' } });
});
