import { describe, expect, it } from 'vitest';
import type { Change } from '../../src/domain/change.ts';
import { timeOfChanges } from '../../src/domain/undo-time.ts';
import { rollBack } from '../../src/engine/run-rollback.ts';
import { apply } from '../../src/engine/run-runbook.ts';
import { undoLog } from '../../src/views/undo-log.ts';
import { inventoryHost } from '../fakes/fake-fleet.ts';
import { events, FILE, host, lines, rig } from './rig.ts';

async function applied(...hosts: Parameters<typeof rig>[0]) {
  const world = rig(hosts);
  const done = await events(apply(world.assignment(), world.ports));
  const undoables = undoLog(done).map((entry) => ({ ...entry, host: inventoryHost(entry.host) }));
  const ports = { ...world.ports, transactionId: (name: string) => `u-${name}`, exitCode: () => 0 };
  return { ...world, again: async () => lines(await events(rollBack({ ...world.head, kind: 'rollback', of: 'r1' }, undoables, ports))) };
}

const commandOf = (timeoutMs: number): Change => ({
  kind: 'command',
  argv: ['do'],
  timeoutMs,
  undo: { argv: ['undo'] },
  says: [],
  sensitive: false,
});

describe('rollback', () => {
  it('brings back bytes, mode, owner and mtime, and restarts', async () => {
    const fake = host('a');
    fake.write(FILE, 'mode=bad\n', { mode: 0o640, uid: 7, gid: 8, mtimeNs: '123456789' });
    const before = fake.look(FILE);
    const { again, fleet } = await applied(fake);
    expect(fake.text(FILE)).toBe('mode=good\n');
    const all = await again();
    expect(all.slice(all.indexOf('a host.started'))).toEqual([
      'a host.started',
      'a undo: /etc/app.conf, restart',
      'a results: done, done (applied)',
      'a confirm.intended',
      'a is confirmed',
      'a finished: rolled-back',
      'wave 1 ended: 0 failures of 1',
      'exit 0',
    ]);
    expect(fleet.host('a').look(FILE)).toEqual(before);
    expect(fake.triggered).toEqual(['restart app.service', 'restart app.service']);
  });

  it.each([
    [{}, 120_000],
    [{ commitConfirmMs: 900_000 }, 900_000],
  ])('gives the host the time that its changes may take, and that to be confirmed (%j)', async (patience, confirm) => {
    const fake = host('a');
    fake.programs.set('undo', {});
    const { ports, head } = rig([fake]);
    const changes: readonly Change[] = [
      commandOf(180_000),
      { kind: 'trigger', action: 'restart', unit: 'app.service', says: [], sensitive: false },
    ];
    const undoable = { host: inventoryHost('a'), tx: 'a', changes, unsettled: false };
    const late = { ...ports, transactionId: () => '0000' };
    expect(lines(await events(rollBack({ ...head, kind: 'rollback' }, [undoable], late, patience)))).toContain('a finished: rolled-back');
    expect(fake.transactions.map(({ undoAfterMs }) => undoAfterMs)).toEqual([timeOfChanges(changes) + confirm]);
    expect(timeOfChanges(changes)).toBeGreaterThan(180_000 + 180_000);
  });

  it('does nothing where all is back already', async () => {
    const fake = host('a');
    const { again } = await applied(fake);
    fake.write(FILE, 'mode=bad\n');
    expect(await again()).toContain('a finished: healthy');
    expect(fake.transactions).toHaveLength(1);
  });

  it('leaves another machine alone that has taken the name of the one that was changed', async () => {
    const world = rig([host('a')]);
    const done = await events(apply(world.assignment(), world.ports));
    const [entry] = undoLog(done);
    expect(entry?.machineId).toMatch(/^[0-9a-f]{32}$/);
    const elsewhere = undoLog(done).map((each) => ({ ...each, host: inventoryHost('a'), machineId: 'f'.repeat(32) }));
    const all = await events(rollBack({ ...world.head, kind: 'rollback' }, elsewhere, world.ports));
    expect(lines(all)).toContain('a finished: conflict');
    expect(world.fleet.host('a').transactions).toHaveLength(1);
  });

  it('refuses a host that somebody edited since, and overwrites nothing there', async () => {
    const fake = host('a');
    const { again } = await applied(fake, host('b'));
    fake.write(FILE, 'mine\n');
    const all = await again();
    expect(all).toContain('a finished: conflict');
    expect(all).toContain('b finished: rolled-back');
    expect(fake.text(FILE)).toBe('mine\n');
  });

  it('leaves out a host that cannot be reached, and says so', async () => {
    const { again, fleet } = await applied(host('a'));
    fleet.setReachable('a', false);
    expect(await again()).toContain('a finished: unreachable');
  });
});
