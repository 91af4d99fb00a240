import { describe, expect, it } from 'vitest';
import type { EventBody } from '../../src/domain/event.ts';
import { HostFault } from '../../src/domain/failure.ts';
import type { TransactionState } from '../../src/domain/transaction.ts';
import type { Ports } from '../../src/engine/ports.ts';
import { askUntilKnown, type Known, type Live, settle } from '../../src/engine/settle.ts';
import { inventoryHost } from '../fakes/fake-fleet.ts';
import { host, rig } from './rig.ts';

const LIVE: Live = { host: inventoryHost('a'), become: true, tx: 'do-a', until: 10_000 };
const HINT = 'unless it was confirmed, it takes itself back when its time is up: runbook resume RUN asks it';
const PAUSE = 2_000;

/** A host whose transaction stands so, and what is asked of it. */
function world(state?: TransactionState) {
  const fake = host('a');
  if (state) fake.states.set('do-a', state);
  const made = rig([fake]);
  const drive = async (work: (ports: Ports) => AsyncGenerator<EventBody, Known>) => {
    const told: EventBody[] = [];
    const asking = work(made.ports);
    for (;;) {
      const next = await asking.next();
      if (next.done === true) return { told, known: next.value, ...made };
      told.push(next.value);
    }
  };
  return {
    ...made,
    fake,
    ask: (more: Partial<Live> = {}) => drive((ports) => askUntilKnown({ ...LIVE, ...more }, ports)),
    settle: (verb: 'confirm' | 'undo') => drive((ports) => settle(LIVE, verb, ports)),
  };
}

const reported = (state: TransactionState, ...remarks: readonly string[]): EventBody => ({
  type: 'transaction.reported',
  host: 'a',
  tx: 'do-a',
  state,
  remarks,
});
const standing = (state: TransactionState, ...remarks: readonly string[]): Known => ({ kind: 'standing', standing: { state, remarks } });
const unknown = (message: string, code: string): unknown => ({
  kind: 'unknown',
  failure: { code, message: `not known where the host stands: ${message}`, hint: HINT },
});

describe('a host that is asked where its transaction stands', () => {
  it.each<TransactionState>(['applied', 'confirmed', 'rolled-back', 'conflict'])('and says %s is left at that', async (state) => {
    const { ask, fake, fleet, slept } = world(state);
    const { told, known } = await ask();
    expect([told, known]).toMatchObject([[reported(state)], standing(state)]);
    expect([fake.asked, fleet.calls, fake.settled, slept]).toEqual([['facts', 'transaction do-a'], ['read a'], [], []]);
  });

  it.each<[TransactionState | undefined, TransactionState]>([
    [undefined, 'none'],
    ['preparing', 'rolled-back'],
    ['prepared', 'rolled-back'],
    ['armed', 'rolled-back'],
    ['applying', 'rolled-back'],
  ])('and came to a halt (%s) is told to end, with the privilege of the work, and is %s', async (state, end) => {
    const { ask, fake, fleet, slept } = world(state);
    const { told, known } = await ask();
    expect([told, known]).toEqual([[reported(end)], standing(end)]);
    expect([fleet.privileges, fake.settled, slept]).toEqual([['a true'], ['undo do-a'], []]);
  });

  it.each<TransactionState>(['preparing', 'prepared', 'armed', 'applying'])('and works on it (%s) is waited for', async (state) => {
    const { ask, fake, slept } = world(state);
    fake.atWork.add('do-a');
    let asked = 0;
    fake.hooks.reporting = () => {
      asked += 1;
      if (asked === 4) fake.states.set('do-a', 'applied');
    };
    expect((await ask()).known).toMatchObject(standing('applied'));
    expect([slept, fake.settled]).toEqual([[PAUSE, PAUSE, PAUSE], []]);
  });

  it('and is at work until its time is up is given up', async () => {
    const { ask, fake, slept, fleet } = world('applying');
    fake.atWork.add('do-a');
    const { told, known } = await ask();
    expect([told, known]).toEqual([[], unknown('it was still under way when its time was up', 'timed-out')]);
    expect(slept).toHaveLength(21);
    expect(fleet.calls).not.toContain('close a');
  });

  it('and is taking itself back until its time is up is told as that', async () => {
    const { ask, slept } = world('rolling');
    const { told, known } = await ask();
    expect([told, known]).toMatchObject([[reported('rolling')], standing('rolling')]);
    expect(slept).toHaveLength(21);
  });

  it('and was taking itself back, and does not answer any more, is not known', async () => {
    const { ask, fleet, ports } = world('rolling');
    const { sleep } = ports.clock;
    ports.clock.sleep = async (ms) => {
      fleet.setReachable('a', false);
      await sleep(ms);
    };
    const { told, known } = await ask();
    expect([told.map(({ type }) => type), known]).toEqual([['host.parked'], unknown('a does not answer', 'unreachable')]);
  });

  it('is asked over a new connection each time it does not answer', async () => {
    const { ask, fleet, ports } = world('applied');
    fleet.setReachable('a', false);
    ports.clock.sleep = async () => fleet.setReachable('a', true);
    expect((await ask()).known).toMatchObject(standing('applied'));
    expect(fleet.calls).toEqual(['read a', 'close a', 'read a']);
  });

  it('and is another machine than the one that was changed is left alone at once', async () => {
    const { ask, fake, slept } = world('applying');
    const { machine_id: id } = await fake.facts();
    const { told, known } = await ask({ machineId: 'f'.repeat(32) });
    const message = `another machine answers than the one that was changed: machine-id ${id}, not ${'f'.repeat(32)}; nothing was done`;
    const failure = { code: 'conflict', message, hint: 'does the inventory name the right address?' };
    expect([told, known, fake.settled, slept]).toEqual([[], { kind: 'unknown', failure }, [], []]);
    expect((await ask({ machineId: id })).known).toEqual(standing('rolled-back'));
  });

  it('lets a bug through', async () => {
    const { ask, fake } = world('applied');
    fake.hooks.reporting = () => {
      throw new Error('a bug');
    };
    await expect(ask()).rejects.toThrow('a bug');
  });
});

describe.each(['confirm', 'undo'] as const)('a host that is told to %s', (verb) => {
  it('hears it once it was announced, with the privilege of the work, and says where it stands', async () => {
    const { settle: go, fake, fleet } = world('applied');
    const state = verb === 'confirm' ? 'confirmed' : 'rolled-back';
    const { told, known } = await go(verb);
    expect(told).toEqual([{ type: `${verb}.intended`, host: 'a', tx: 'do-a' }, reported(state)]);
    expect([known, fake.settled, fleet.privileges]).toEqual([standing(state), [`${verb} do-a`], ['a true']]);
  });

  it('is told again while its record does not move on, until its time is up', async () => {
    const { settle: go, fake, slept } = world('applied');
    fake[verb] = async () => ({ state: 'applied', remarks: ['no space'] });
    const { told, known } = await go(verb);
    expect([told[1], known]).toEqual([reported('applied', 'no space'), standing('applied', 'no space')]);
    expect(slept).toEqual(Array(5).fill(PAUSE));
  });

  it('is told no more where it answers that it is in conflict', async () => {
    const { settle: go, fake, slept } = world('applied');
    const failure = { code: 'conflict', message: 'no' } as const;
    fake[verb] = () => Promise.reject(new HostFault(failure));
    const { told, known } = await go(verb);
    expect([told.length, known, slept]).toEqual([1, { kind: 'unknown', failure }, []]);
  });

  it('and does not answer is not known', async () => {
    const { settle: go, fleet, slept } = world('applied');
    fleet.setReachable('a', false);
    const { told, known } = await go(verb);
    expect([told.length, known]).toEqual([2, unknown('a does not answer', 'unreachable')]);
    expect(slept).toHaveLength(21);
  });
});
