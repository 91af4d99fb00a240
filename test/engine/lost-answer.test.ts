import { describe, expect, it } from 'vitest';
import type { Change } from '../../src/domain/change.ts';
import type { RunEvent } from '../../src/domain/event.ts';
import { defineStep } from '../../src/domain/step.ts';
import { apply } from '../../src/engine/run-runbook.ts';
import type { Cut } from '../fakes/fake-fleet.ts';
import type { FakeHost } from '../fakes/fake-host.ts';
import { events, FILE, host, lines, rig, runbook, step } from './rig.ts';

/** From what was announced on. */
async function applied(world: ReturnType<typeof rig>, book = runbook()): Promise<readonly RunEvent[]> {
  const all = await events(apply(world.assignment(book), world.ports));
  return all.slice(all.findIndex(({ type }) => type === 'transaction.intended'));
}

const DO = 'a do: /etc/app.conf, restart';
const reasonOf = (all: readonly RunEvent[]) => all.flatMap((event) => (event.type === 'host.finished' ? [event.reason] : []))[0];

/** Between two questions to a host that does not answer, in ms. */
const PAUSE = 2_000;

/** A host that has begun and cannot be reached any more, or not until it was asked so many times. */
function silent(world: ReturnType<typeof rig>, fake: FakeHost, times = Number.POSITIVE_INFINITY): void {
  world.fleet.cuts.set(fake.name, 'after');
  fake.hooks.beforeApply = () => world.fleet.setReachable(fake.name, false);
  const sleep = world.ports.clock.sleep;
  let left = times;
  world.ports.clock.sleep = async (ms, signal) => {
    if (ms === PAUSE) left -= 1;
    if (left === 0) world.fleet.setReachable(fake.name, true);
    await sleep(ms, signal);
  };
}

describe('an answer to a transaction that is lost', () => {
  it('before the host had begun leaves it fenced: nothing was done, and the script can never begin any more', async () => {
    const fake = host('a');
    const world = rig([fake]);
    world.fleet.cuts.set('a', 'before');
    const all = await applied(world);
    expect(lines(all).slice(0, 4)).toEqual([DO, 'a transaction.lost', 'a is none', 'a finished: unreachable']);
    expect(lines(all).at(-1)).toBe('exit 4');
    const late = { id: 'a', changes: [], rollback: false, undoAfterMs: 1, owner: world.ports.owner };
    expect(await fake.begin(late)).toMatchObject({ state: 'none', refusal: { code: 'locked' } });
    expect([world.fleet.begins, fake.settled, fake.text(FILE)]).toEqual([['a a'], ['undo a'], 'mode=bad\n']);
  });

  it('before the host had begun is no failure to take anything back, though the answer of the fence is lost as well', async () => {
    const fake = host('a');
    const world = rig([fake]);
    world.fleet.cuts.set('a', 'before');
    world.fleet.settleCuts.set('a', 'after');
    const { assignment, ports } = world;
    const vacuum = defineStep({
      name: 'test.vacuum',
      summary: '',
      docs: '',
      schema: { type: 'object', properties: {} },
      examples: [],
      observe: async () => '',
      plan: (): readonly Change[] => [
        { kind: 'command', argv: ['vacuum'], timeoutMs: 1, undo: { irreversible: 'logs are gone' }, says: [], sensitive: false },
      ],
    });
    const all = await events(apply(assignment(runbook({ remediate: [step('vacuum', vacuum, {})] })), ports));
    expect(lines(all)).toEqual(expect.arrayContaining(['a transaction.lost', 'a is none', 'a finished: unreachable']));
    expect(reasonOf(all)?.message).not.toContain('logs are gone');
    expect(fake.settled).toEqual(['undo a', 'undo a']);
  });

  it('after the host had done all of it is asked for, not sent again: verified, confirmed, fixed', async () => {
    const fake = host('a');
    const world = rig([fake]);
    world.fleet.cuts.set('a', 'after');
    const all = lines(await applied(world));
    expect(all.slice(0, 7)).toEqual([
      DO,
      'a transaction.lost',
      'a is applied',
      'a verify 1: holds',
      'a confirm.intended',
      'a is confirmed',
      'a finished: fixed',
    ]);
    expect(all.at(-1)).toBe('exit 0');
    expect([world.fleet.begins, fake.settled, fake.triggered]).toEqual([['a a'], ['confirm a'], ['restart app.service']]);
  });

  it('after the host had taken itself back is told as that, and why the host was asked', async () => {
    const fake = host('a');
    fake.hooks.fails = (change) => (change.kind === 'trigger' ? 'half' : undefined);
    const world = rig([fake]);
    world.fleet.cuts.set('a', 'after');
    const all = await applied(world);
    expect(lines(all).slice(1, 4)).toEqual(['a transaction.lost', 'a is rolled-back', 'a finished: rolled-back']);
    expect(reasonOf(all)).toMatchObject({ code: 'lost', message: 'the connection broke' });
    expect([lines(all).at(-1), fake.settled]).toEqual(['exit 3', []]);
  });

  it('is waited for while the host is still at work', async () => {
    const fake = host('a');
    const world = rig([fake]);
    world.fleet.cuts.set('a', 'after');
    let asked = 0;
    fake.hooks.reporting = (_, tx) => {
      asked += 1;
      fake.atWork.add(tx);
      fake.states.set(tx, asked < 3 ? 'applying' : 'applied');
    };
    expect(lines(await applied(world))).toContain('a finished: fixed');
    expect([world.slept, world.fleet.begins, fake.settled]).toEqual([[PAUSE, PAUSE], ['a a'], ['confirm a']]);
  });

  it.each(['preparing', 'prepared', 'armed', 'applying'] as const)(
    'is not waited for where the host came to a halt (%s): it is taken back',
    async (state) => {
      const fake = host('a');
      const world = rig([fake]);
      world.fleet.cuts.set('a', 'after');
      fake.hooks.reporting = (_, tx) => fake.states.set(tx, state);
      const all = lines(await applied(world));
      expect(all.slice(1, 4)).toEqual(['a transaction.lost', 'a is rolled-back', 'a finished: rolled-back']);
      expect([world.slept, world.fleet.begins, fake.settled, fake.text(FILE)]).toEqual([[], ['a a'], ['undo a'], 'mode=bad\n']);
    },
  );

  it('is asked for until the host answers again', async () => {
    const fake = host('a');
    const world = rig([fake]);
    silent(world, fake, 5);
    expect(lines(await applied(world))).toContain('a finished: fixed');
    expect([world.slept, world.fleet.begins]).toEqual([Array(5).fill(PAUSE), ['a a']]);
  });

  it('leaves a host unknown that does not answer until after it must have taken itself back', async () => {
    const fake = host('a');
    const world = rig([fake]);
    silent(world, fake);
    const all = await applied(world);
    expect(lines(all).slice(1, 4)).toEqual(['a transaction.lost', 'a host.parked', 'a finished: unknown']);
    expect(lines(all).at(-1)).toBe('exit 4');
    const [intended] = all;
    const patience = intended?.type === 'transaction.intended' ? intended.undoAfterMs : Number.NaN;
    const waited = world.slept.reduce((sum, ms) => sum + ms, 0);
    expect(waited).toBeGreaterThan(patience + 30_000);
    expect(waited).toBeLessThanOrEqual(patience + 30_000 + PAUSE);
    expect(reasonOf(all)).toMatchObject({
      message: 'the connection broke; not known where the host stands: a does not answer',
    });
    expect([world.fleet.begins, fake.settled]).toEqual([['a a'], []]);
  });

  it('spends the failure budget where the host stays unknown', async () => {
    const fake = host('a');
    const world = rig([fake, host('b')]);
    silent(world, fake);
    const all = lines(await applied(world, runbook({ rollout: { waves: [{ hosts: 1 }] } })));
    expect(all).toContain('wave 1 ended: 1 failures of 0');
    expect(all).toContain('b finished: skipped');
  });
});

describe('an answer that is lost', () => {
  it.each<[Cut, number]>([
    ['before', 1],
    ['after', 2],
  ])('%s a confirm is asked for again, for a confirm twice is one', async (cut, confirms) => {
    const fake = host('a');
    const world = rig([fake]);
    world.fleet.settleCuts.set('a', cut);
    const all = lines(await applied(world));
    expect(all.slice(-6)).toEqual([
      'a verify 1: holds',
      'a confirm.intended',
      'a is confirmed',
      'a finished: fixed',
      'wave 1 ended: 0 failures of 0',
      'exit 0',
    ]);
    expect(fake.settled).toEqual(Array(confirms).fill('confirm a'));
  });

  it.each<[Cut, number]>([
    ['before', 1],
    ['after', 2],
  ])('%s an undo is asked for again, and what it put back is put back once', async (cut, undos) => {
    const fake = host('a', 'mode=bad\n', 'still ill');
    const world = rig([fake]);
    world.fleet.settleCuts.set('a', cut);
    const all = lines(await applied(world, runbook({ rollout: { verifyTimeoutMs: 0 } })));
    expect(all.slice(3, 6)).toEqual(['a undo.intended', 'a is rolled-back', 'a finished: rolled-back']);
    expect([fake.settled, fake.triggered]).toEqual([Array(undos).fill('undo a'), Array(2).fill('restart app.service')]);
  });

  it.each([
    ['confirm', 'well'],
    ['undo', 'still ill'],
  ] as const)('by a host that hears no %s any more leaves it unknown, and nothing further is asked of it', async (verb, afterFix) => {
    const fake = host('a', 'mode=bad\n', afterFix);
    const world = rig([fake]);
    fake.hooks.answer = () => {
      if (fake.transactions.length > 0) world.fleet.setReachable('a', false);
      return undefined;
    };
    const all = await applied(world, runbook({ rollout: { verifyTimeoutMs: 0 } }));
    const told = lines(all);
    expect(told.slice(told.indexOf(`a ${verb}.intended`))).toEqual([
      `a ${verb}.intended`,
      'a host.parked',
      'a finished: unknown',
      'wave 1 ended: 1 failures of 0',
      'budget.exceeded',
      'exit 4',
    ]);
    expect(reasonOf(all)?.hint).toContain('runbook resume');
    expect(fake.settled).toEqual([]);
  });
});
