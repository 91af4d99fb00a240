import { expect, test } from 'vitest';
import type { Change } from '../../src/domain/change.ts';
import { contentOf, withBytes } from '../../src/domain/file.ts';
import { FakeFleet, inventoryHost } from './fake-fleet.ts';
import { FakeHost } from './fake-host.ts';

const bytes = (text: string) => new Uint8Array(Buffer.from(text));

function edit(host: FakeHost, path: string, text: string): Change {
  const before = host.look(path);
  return { kind: 'file', path, before, after: withBytes(path, before, bytes(text)), says: [], sensitive: false };
}

test('a stale file keeps the whole transaction from beginning', async () => {
  const host = new FakeHost({ files: { '/a': '1', '/b': '2' } });
  const changes = [edit(host, '/a', 'x'), edit(host, '/b', 'y')];
  host.hooks.beforeApply = (each) => each.write('/b', 'somebody else');
  const { results } = await host.apply({ id: '1', changes, undo: false });
  expect(results).toEqual([{ kind: 'not-reached' }, { kind: 'stale', message: '/b is no longer what it was when planned' }]);
  expect(host.text('/a')).toBe('1');
});

test('what comes after a failure is not reached', async () => {
  const host = new FakeHost({ programs: { no: { code: 3 } } });
  const command = (...argv: string[]): Change => ({
    kind: 'command',
    argv,
    timeoutMs: 1,
    undo: { irreversible: 'x' },
    says: [],
    sensitive: false,
  });
  const { results } = await host.apply({ id: '1', changes: [command('no'), command('yes')], undo: false });
  expect(results).toEqual([{ kind: 'failed', message: 'no ended with 3' }, { kind: 'not-reached' }]);
  expect(host.ran).toEqual(['no']);
});

test('the same transaction is never begun twice', async () => {
  const host = new FakeHost();
  await host.apply({ id: '1', changes: [], undo: false });
  await expect(host.apply({ id: '1', changes: [], undo: false })).rejects.toThrow('begun before');
});

test('a restart can leave a unit failed', async () => {
  const host = new FakeHost({ units: { 'x.service': { ActiveState: 'failed' } } });
  host.hooks.restarted = (each, unit) => {
    each.setUnit(unit, { ActiveState: 'failed' });
    return 'it exited with 1';
  };
  const restart: Change = { kind: 'trigger', action: 'restart', unit: 'x.service', says: [], sensitive: false };
  expect((await host.apply({ id: '1', changes: [restart], undo: false })).results).toEqual([
    { kind: 'failed', message: 'it exited with 1' },
  ]);
  expect(await host.unit('x.service')).toMatchObject({ ActiveState: 'failed' });
});

test('directories are as deep as their files', async () => {
  const host = new FakeHost({ files: { '/etc/a/b': '', '/etc/c': '' } });
  host.links.set('/etc/d', '/etc/c');
  expect(await host.list('/etc')).toEqual([
    { name: 'a', kind: 'directory' },
    { name: 'c', kind: 'file' },
    { name: 'd', kind: 'link' },
  ]);
  expect(await host.list('/none')).toEqual([]);
});

test('a connection that is cut before, or after, the host worked', async () => {
  const fleet = new FakeFleet([new FakeHost({}, 'a'), new FakeHost({}, 'b')]);
  fleet.cuts.set('a', 'before').set('b', 'after');
  for (const name of ['a', 'b']) {
    const writer = await fleet.write(inventoryHost(name));
    const change = edit(fleet.host(name), '/x', 'new');
    await expect(writer.apply({ id: name, changes: [change], undo: false })).rejects.toMatchObject({ failure: { code: 'lost' } });
  }
  expect([fleet.host('a').text('/x'), fleet.host('b').text('/x')]).toEqual([undefined, 'new']);
});

test('a host that cannot be reached is a fault of the way to it', async () => {
  const fleet = new FakeFleet([new FakeHost({}, 'a')]);
  fleet.setReachable('a', false);
  await expect(fleet.read(inventoryHost('a'))).rejects.toMatchObject({ failure: { code: 'unreachable' } });
  fleet.setReachable('a', true);
  expect((await (await fleet.read(inventoryHost('a'))).facts()).hostname).toBe('a');
});

test('only an undo restores the time of modification', async () => {
  const host = new FakeHost({ files: { '/a': '1' } });
  const before = host.look('/a');
  await host.apply({ id: '1', changes: [edit(host, '/a', '2')], undo: false });
  const undo: Change = { kind: 'file', path: '/a', before: host.look('/a'), after: before, says: [], sensitive: false };
  await host.apply({ id: '2', changes: [undo], undo: true });
  expect(host.look('/a')).toEqual(before);
  expect(host.look('/a')).toMatchObject({ content: contentOf(bytes('1')) });
});
