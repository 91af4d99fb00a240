import { expect, test } from 'vitest';
import type { Change } from '../../src/domain/change.ts';
import { contentOf, withBytes } from '../../src/domain/file.ts';
import type { Transaction } from '../../src/domain/transaction.ts';
import { FakeFleet, inventoryHost } from './fake-fleet.ts';
import { FakeHost } from './fake-host.ts';

const bytes = (text: string) => new Uint8Array(Buffer.from(text));

function edit(host: FakeHost, path: string, text: string): Change {
  const before = host.look(path);
  return { kind: 'file', path, before, after: withBytes(path, before, bytes(text)), says: [], sensitive: false };
}

function command(...argv: readonly string[]): Change {
  return { kind: 'command', argv, timeoutMs: 1, undo: { irreversible: 'x' }, says: [], sensitive: false };
}

function transaction(changes: readonly Change[], id = '1', rollback = false): Transaction {
  return { id, changes, rollback, undoAfterMs: 60_000, owner: { run: 'r', operator: 'o', controller: 'c' } };
}

test('a stale file keeps the whole transaction from beginning', async () => {
  const host = new FakeHost({ files: { '/a': '1', '/b': '2' } });
  const changes = [edit(host, '/a', 'x'), edit(host, '/b', 'y')];
  host.hooks.beforeApply = (each) => each.write('/b', 'somebody else');
  expect(await host.begin(transaction(changes))).toEqual({
    results: [{ kind: 'not-reached' }, { kind: 'stale', message: '/b is no longer what it was when planned' }],
    state: 'none',
    remarks: [],
  });
  expect(host.text('/a')).toBe('1');
});

test('what comes after a failure is not reached, and what came before it is taken back', async () => {
  const host = new FakeHost({ files: { '/a': '1' }, programs: { no: { code: 3 } } });
  const { results, state } = await host.begin(transaction([edit(host, '/a', '2'), command('no'), command('yes')]));
  expect(results).toEqual([{ kind: 'done' }, { kind: 'failed', message: 'no ended with 3' }, { kind: 'not-reached' }]);
  expect([host.ran, host.text('/a'), state]).toEqual([['no'], '1', 'rolled-back']);
});

test('the same transaction is never begun twice, and one that was given up is never begun', async () => {
  const host = new FakeHost();
  await host.begin(transaction([]));
  expect(await host.begin(transaction([]))).toMatchObject({ state: 'none', refusal: { code: 'locked' } });
  expect(await host.undo('2')).toEqual({ state: 'none', remarks: [] });
  expect(await host.begin(transaction([command('yes')], '2'))).toMatchObject({ results: [{ kind: 'not-reached' }], state: 'none' });
  expect(host.ran).toEqual([]);
});

test('what is confirmed stays, however late the undo comes', async () => {
  const host = new FakeHost({ files: { '/a': '1' } });
  await host.begin(transaction([edit(host, '/a', '2')]));
  expect(await host.confirm('1')).toEqual({ state: 'confirmed', remarks: [] });
  expect([(await host.undo('1')).state, host.expire('1').state, host.text('/a')]).toEqual(['confirmed', 'confirmed', '2']);
});

test('what is not confirmed goes back when its time is up, however late the confirm comes', async () => {
  const host = new FakeHost({ files: { '/a': '1' } });
  const before = host.look('/a');
  await host.begin(transaction([edit(host, '/a', '2')]));
  expect(host.expire('1')).toEqual({ state: 'rolled-back', remarks: [] });
  expect([(await host.confirm('1')).state, host.look('/a')]).toEqual(['rolled-back', before]);
});

test('a transaction that came to a halt goes back as far as it came', async () => {
  const host = new FakeHost({ files: { '/a': '1', '/b': '1' } });
  const changes = [edit(host, '/a', '2'), edit(host, '/b', '2')];
  await host.begin(transaction(changes));
  host.states.set('1', 'applying');
  host.write('/b', 'mine');
  expect((await host.undo('1')).state).toBe('rolled-back');
  expect([host.text('/a'), host.text('/b')]).toEqual(['1', 'mine']);
});

test('nothing goes back where somebody else has edited a file since', async () => {
  const host = new FakeHost({ files: { '/a': '1', '/b': '1' } });
  await host.begin(transaction([edit(host, '/a', '2'), edit(host, '/b', '2')]));
  host.write('/b', 'mine');
  expect(await host.undo('1')).toMatchObject({ state: 'conflict', remarks: [expect.stringMatching(/^\/b was edited by somebody else: /)] });
  expect([host.text('/a'), host.text('/b')]).toEqual(['2', 'mine']);
});

test('a restart can leave a unit failed', async () => {
  const host = new FakeHost({ units: { 'x.service': { ActiveState: 'failed' } } });
  host.hooks.restarted = (each, unit) => {
    each.setUnit(unit, { ActiveState: 'failed' });
    return 'it exited with 1';
  };
  const restart: Change = { kind: 'trigger', action: 'restart', unit: 'x.service', says: [], sensitive: false };
  expect((await host.begin(transaction([restart]))).results).toEqual([{ kind: 'failed', message: 'it exited with 1' }]);
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

test('a connection is cut before, or after, the host worked; once each', async () => {
  const fleet = new FakeFleet([new FakeHost({}, 'a'), new FakeHost({}, 'b')]);
  for (const cuts of [fleet.cuts, fleet.settleCuts]) cuts.set('a', 'before').set('b', 'after');
  const lost = { failure: { code: 'lost' } };
  for (const name of ['a', 'b']) {
    const writer = await fleet.write(inventoryHost(name));
    const change = edit(fleet.host(name), '/x', 'new');
    await expect(writer.begin(transaction([change], name))).rejects.toMatchObject(lost);
    await expect(writer.confirm(name)).rejects.toMatchObject(lost);
    expect(fleet.host(name).states.get(name)).toBe(name === 'a' ? undefined : 'confirmed');
    expect((await writer.confirm(name)).state).toBe(name === 'a' ? 'none' : 'confirmed');
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

test('only what takes changes back restores the time of modification', async () => {
  const host = new FakeHost({ files: { '/a': '1' } });
  const before = host.look('/a');
  await host.begin(transaction([edit(host, '/a', '2')]));
  const undo: Change = { kind: 'file', path: '/a', before: host.look('/a'), after: before, says: [], sensitive: false };
  await host.begin(transaction([undo], '2', true));
  expect(host.look('/a')).toEqual(before);
  expect(host.look('/a')).toMatchObject({ content: contentOf(bytes('1')) });
});
