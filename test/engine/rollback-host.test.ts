import { describe, expect, test } from 'vitest';
import type { Change } from '../../src/domain/change.ts';
import type { EventBody } from '../../src/domain/event.ts';
import { withBytes } from '../../src/domain/file.ts';
import { cannotBeTakenBack, rollBackHost } from '../../src/engine/execute-host.ts';
import { resume } from '../../src/engine/run-resume.ts';
import { inventoryHost } from '../fakes/fake-fleet.ts';
import type { FakeHost } from '../fakes/fake-host.ts';
import { events, FILE, host, rig } from './rig.ts';

const WHERE = 'not known where the host stands: a does not answer';

/** A change that puts the file of a host back. */
function putBack(fake: FakeHost): Change {
  const before = fake.look(FILE);
  return { kind: 'file', path: FILE, before, after: withBytes(FILE, before, Buffer.from('mode=bad\n')), says: [], sensitive: false };
}

async function ending(happens: (world: ReturnType<typeof rig>, fake: FakeHost) => void, stays: readonly string[] = [], nothing = false) {
  const fake = host('a', 'mode=good\n');
  const world = rig([fake]);
  const changes = nothing ? [] : [putBack(fake)];
  happens(world, fake);
  const all: EventBody[] = [];
  const work = { host: inventoryHost('a'), changes, become: undefined, undoAfterMs: 10_000 };
  for await (const event of rollBackHost(work, stays, world.ports)) all.push(event);
  const { outcome, reason } = all.findLast((event) => event.type === 'host.finished') ?? expect.unreachable();
  return { all: all.map(({ type }) => type), outcome, reason, calls: world.fleet.calls };
}

describe('a host on which changes of an earlier run are taken back', () => {
  test('is rolled back once it has confirmed that over a new connection', async () => {
    const { outcome, reason, calls } = await ending(() => {});
    expect([outcome, reason, calls]).toEqual(['rolled-back', undefined, ['write a', 'close a', 'write a']]);
  });

  test('is in conflict where it was edited after it was planned', async () => {
    const { outcome, reason } = await ending((_, fake) => fake.write(FILE, 'mine\n'));
    expect([outcome, reason]).toEqual(['conflict', { code: 'stale', message: `${FILE} is no longer what it was when planned` }]);
  });

  test('is unreachable where it cannot be reached', async () => {
    const { outcome, reason } = await ending(({ fleet }) => fleet.setReachable('a', false));
    expect([outcome, reason?.code]).toEqual(['unreachable', 'unreachable']);
  });

  test('is unknown where it does not hear the confirm', async () => {
    const { outcome, reason } = await ending(({ fleet, ports }, fake) => {
      const close = ports.fleet.close.bind(ports.fleet);
      fleet.close = async (one) => {
        fleet.setReachable(fake.name, false);
        await close(one);
      };
    });
    expect([outcome, reason]).toMatchObject(['unknown', { code: 'unreachable', message: WHERE }]);
  });

  test('has failed, and says why, where some of it cannot be taken back, also when that is all that there was', async () => {
    const reason = { code: 'refused', message: 'this cannot be taken back, and stays: logs are gone; caches are gone' };
    const stays = ['logs are gone', 'caches are gone'];
    expect(cannotBeTakenBack(stays)).toEqual(reason);
    expect(await ending(() => {}, stays)).toMatchObject({ outcome: 'failed', reason });
    const none = await ending(() => {}, stays, true);
    expect(none).toMatchObject({ outcome: 'failed', reason, all: ['host.started', 'host.finished'], calls: [] });
  });
});

describe('a rollback that is gone on with', () => {
  test.each<[string, (world: ReturnType<typeof rig>, fake: FakeHost) => void, object]>([
    [
      'and does not hear the confirm is unknown',
      ({ fleet }) => {
        const { close } = fleet;
        fleet.close = async (one) => {
          fleet.setReachable('a', false);
          await close.call(fleet, one);
        };
      },
      { outcome: 'unknown', reason: { code: 'unreachable', message: WHERE } },
    ],
    [
      'and is taken back before the confirm has failed',
      (_, fake) => {
        fake.confirm = async (tx) => fake.expire(tx);
      },
      { outcome: 'failed', reason: { code: 'interrupted', message: 'the run was cut off' } },
    ],
    [
      'and is in conflict stays so',
      (_, fake) => {
        fake.confirm = async () => ({ state: 'conflict', remarks: [] });
      },
      { outcome: 'conflict', reason: { code: 'conflict', message: 'the run was cut off; rolling back: nothing was put back' } },
    ],
  ])('%s', async (_, happens, end) => {
    const fake = host('a', 'mode=good\n');
    const world = rig([fake]);
    const changes = [putBack(fake)];
    await fake.begin({ id: 'u-a', changes, rollback: true, undoAfterMs: 10_000, owner: world.ports.owner });
    happens(world, fake);
    const one = { host: inventoryHost('a'), tx: 'u-a', changes, become: undefined, rollback: true, leftMs: 10_000 };
    const all = await events(resume({ operator: 'bo', hosts: ['a'], outcomes: new Map() }, [one], world.ports));
    expect(all.find(({ type }) => type === 'host.finished')).toMatchObject(end);
  });
});
