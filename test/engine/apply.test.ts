import { describe, expect, it } from 'vitest';
import { HostFault } from '../../src/domain/failure.ts';
import { apply, look } from '../../src/engine/run-runbook.ts';
import { inDoubt } from '../../src/views/in-doubt.ts';
import { events, FILE, host, lines, rig, runbook } from './rig.ts';

describe('apply', () => {
  it('plans, asks, changes, verifies, and leaves a healthy host alone', async () => {
    const { ports, assignment, fleet } = rig([host('a'), host('b', 'mode=good\n')]);
    expect(lines(await events(apply(assignment(), ports)))).toMatchInlineSnapshot(`
      [
        "run.started",
        "b planned: healthy",
        "a planned: would-fix",
        "b finished: healthy",
        "approval.requested",
        "approval of run: yes",
        "wave 1/1: a",
        "a host.started",
        "a do: /etc/app.conf, restart",
        "a results: done, done (applied)",
        "a verify 1: holds",
        "a confirm.intended",
        "a is confirmed",
        "a finished: fixed",
        "wave 1 ended: 0 failures of 0",
        "exit 0",
      ]
    `);
    expect(fleet.host('a').text(FILE)).toBe('mode=good\n');
    expect(fleet.host('b').transactions).toEqual([]);
  });

  it.each([
    ['well', 'confirm'],
    ['still ill', 'undo'],
  ] as const)('neither begins nor settles a host that is %s before the event that announces it was taken', async (afterFix, verb) => {
    const { ports, assignment, fleet } = rig([host('a', 'mode=bad\n', afterFix)]);
    const { transactions, settled } = fleet.host('a');
    const seen: (readonly [string, number, number])[] = [];
    for await (const batch of apply(assignment(), ports)) {
      for (const { type } of batch) if (type.endsWith('.intended')) seen.push([type, transactions.length, settled.length]);
    }
    expect(seen).toEqual([
      ['transaction.intended', 0, 0],
      [`${verb}.intended`, 1, 0],
    ]);
    expect([transactions.length, settled]).toEqual([1, [`${verb} a`]]);
  });

  it('verifies over a connection that is opened anew after the change, and confirms', async () => {
    const { ports, assignment, fleet } = rig([host('a')]);
    await events(apply(assignment(), ports));
    expect(fleet.calls.slice(fleet.calls.indexOf('write a'))).toEqual(['write a', 'close a', 'read a', 'write a', 'close a']);
    expect(fleet.host('a').settled).toEqual(['confirm a']);
  });

  it('rolls a host back by itself when verify does not hold, and does not start the next wave', async () => {
    const { ports, assignment, fleet } = rig([host('a', 'mode=bad\n', 'still ill'), host('b'), host('c')]);
    const book = runbook({ rollout: { waves: [{ hosts: 1 }], verifyTimeoutMs: 2_000 } });
    const all = lines(await events(apply(assignment(book), ports)));
    expect(all.slice(all.indexOf('wave 1/3: a'))).toMatchInlineSnapshot(`
      [
        "wave 1/3: a",
        "a host.started",
        "a do: /etc/app.conf, restart",
        "a results: done, done (applied)",
        "a verify 1: it is still ill",
        "a verify 2: it is still ill",
        "a verify 3: it is still ill",
        "a undo.intended",
        "a is rolled-back",
        "a finished: rolled-back",
        "wave 1 ended: 1 failures of 0",
        "budget.exceeded",
        "b finished: skipped",
        "c finished: skipped",
        "exit 3",
      ]
    `);
    expect(fleet.host('a').text(FILE)).toBe('mode=bad\n');
    expect(fleet.host('a').triggered).toEqual(['restart app.service', 'restart app.service']);
    expect(fleet.host('b').transactions).toEqual([]);
  });

  it('refuses a host that moved since it was planned, writes nothing there, and goes on with the others', async () => {
    const moved = host('a');
    moved.hooks.beforeApply = (fake) => fake.write(FILE, 'mode=bad\nedited=1\n');
    const { ports, assignment, fleet } = rig([moved, host('b')]);
    const book = runbook({ rollout: { maxFailures: { hosts: 1 } } });
    const all = lines(await events(apply(assignment(book), ports)));
    expect(all).toContain('a finished: stale');
    expect(all).toContain('b finished: fixed');
    expect(all.at(-1)).toBe('exit 3');
    expect(fleet.host('a').text(FILE)).toBe('mode=bad\nedited=1\n');
    expect(fleet.host('a').triggered).toEqual([]);
  });

  it('knows that nothing happened when the host turns the transaction away at the door', async () => {
    const { ports, assignment, fleet } = rig([host('a')]);
    const no = async () => Promise.reject(new HostFault({ code: 'become', message: 'sudo wants a password' }));
    const shut = {
      read: fleet.read.bind(fleet),
      close: fleet.close.bind(fleet),
      write: async () => ({ begin: no, confirm: no, undo: no }),
    };
    const all = await events(apply(assignment(), { ...ports, fleet: shut }));
    expect(lines(all)).toContain('a results: not-reached, not-reached (none)');
    expect(lines(all)).toContain('a finished: failed');
    expect(inDoubt(all)).toEqual([]);
  });

  it('reports a host that is unreachable while planning, outside the budget', async () => {
    const { ports, assignment, fleet } = rig([host('a'), host('b')]);
    fleet.setReachable('a', false);
    const all = lines(await events(apply(assignment(), ports)));
    expect(all).toContain('a finished: unreachable');
    expect(all).toContain('wave 1 ended: 0 failures of 0');
    expect(all.at(-1)).toBe('exit 4');
  });

  it('is told in the same answer that the host took itself back when a restart does not succeed', async () => {
    const broken = host('a');
    let restarts = 0;
    broken.hooks.restarted = () => (restarts++ === 0 ? 'Job for app.service failed' : undefined);
    const { ports, assignment, fleet } = rig([broken]);
    const all = lines(await events(apply(assignment(), ports)));
    expect(all).toContain('a results: done, failed (rolled-back)');
    expect(all).toContain('a finished: rolled-back');
    expect(all.at(-1)).toBe('exit 3');
    expect(fleet.host('a').text(FILE)).toBe('mode=bad\n');
    expect(fleet.host('a').settled).toEqual([]);
  });

  it('takes a host back whose verify cannot be asked, for nobody vouches for it', async () => {
    const { ports, assignment, fleet } = rig([host('a', 'mode=bad\n', 'mute')]);
    const all = lines(await events(apply(assignment(runbook({ rollout: { verifyTimeoutMs: 0 } })), ports)));
    expect(all.slice(all.indexOf('a verify 1: nobody answers'))).toEqual([
      'a verify 1: nobody answers',
      'a undo.intended',
      'a is rolled-back',
      'a finished: rolled-back',
      'wave 1 ended: 1 failures of 0',
      'budget.exceeded',
      'exit 3',
    ]);
    expect(fleet.host('a').text(FILE)).toBe('mode=bad\n');
    expect(fleet.host('a').settled).toEqual(['undo a']);
  });

  it('waits for what only needs time, for as long as the time is enough', async () => {
    const slow = host('a', 'mode=bad\n', 'later 7000');
    const { ports, assignment, slept } = rig([slow]);
    const all = lines(await events(apply(assignment(), ports)));
    expect(slept[0]).toBe(7_000);
    expect(all).toContain('a verify 2: not yet');
    expect(all).toContain('a finished: rolled-back');
  });

  it.each([
    ['no', 5],
    ['none', 5],
  ] as const)('changes nothing when the answer is %s', async (answer, code) => {
    const { ports, assignment, fleet } = rig([host('a')], answer);
    expect(lines(await events(apply(assignment(), ports))).at(-1)).toBe(`exit ${code}`);
    expect(fleet.host('a').transactions).toEqual([]);
  });

  it('asks before each further wave when the answer is wave', async () => {
    const book = runbook({ rollout: { waves: [{ hosts: 1 }] } });
    const { ports, assignment, gates, fleet } = rig([host('a'), host('b'), host('c')], (gate) =>
      gate.name === 'wave-3' ? 'no' : gate.name === 'run' ? 'wave' : 'yes',
    );
    await events(apply(assignment(book), ports));
    expect(gates.map(({ name }) => name)).toEqual(['run', 'wave-2', 'wave-3']);
    expect(fleet.host('c').transactions).toEqual([]);
    expect(fleet.host('b').text(FILE)).toBe('mode=good\n');
  });

  it('begins no further host after an interrupt, brings the one under way to its end, and names every host', async () => {
    const { ports, assignment, fleet, stop } = rig([host('a'), host('b')]);
    const book = runbook({ rollout: { waves: [{ hosts: 1 }] } });
    const all: string[] = [];
    for await (const batch of apply(assignment(book), ports)) {
      all.push(...lines(batch));
      if (batch.some((event) => event.type === 'transaction.intended')) stop.abort('SIGINT');
    }
    expect(all).toContain('a finished: fixed');
    expect(all).toContain('b finished: skipped');
    expect(all.at(-1)).toBe('exit 130');
    expect(fleet.host('b').transactions).toEqual([]);
  });
});

describe('plan and diagnose', () => {
  it('never write, and diagnose plans no change', async () => {
    const { ports, assignment, fleet } = rig([host('a')]);
    const planned = await events(look(assignment(runbook(), 'plan'), ports));
    const diagnosed = await events(look(assignment(runbook(), 'diagnose'), ports));
    const changes = [planned, diagnosed].map(
      (all) => all.flatMap((event) => (event.type === 'host.planned' ? event.plan.changes : [])).length,
    );
    expect(changes).toEqual([2, 0]);
    expect(fleet.calls.filter((call) => call.startsWith('write'))).toEqual([]);
    expect(fleet.host('a').text(FILE)).toBe('mode=bad\n');
  });

  it('calls a host that has not the cause but is not well ill of another cause, with what it saw', async () => {
    const other = host('a', 'mode=good\n');
    other.programs.set('how', { stdout: 'on fire' });
    const { ports, assignment } = rig([other]);
    const all = await events(look(assignment(runbook(), 'plan'), ports));
    expect(lines(all)).toContain('a finished: other-cause');
    expect(all.flatMap((event) => (event.type === 'host.planned' ? event.plan.unmet : []))).toEqual([{ what: 'it is on fire' }]);
  });

  it('finds nothing to do on a host that it has fixed before', async () => {
    const { ports, assignment, fleet } = rig([host('a')]);
    await events(apply(assignment(), ports));
    const again = lines(await events(apply(assignment(), ports)));
    expect(again).toContain('a finished: healthy');
    expect(fleet.host('a').triggered).toEqual(['restart app.service']);
  });
});
