import { readFileSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { Target } from '../../src/domain/transport.ts';
import { createLink } from '../../src/remote/link.ts';
import { createWriter } from '../../src/remote/writer.ts';
import { localFleet, newTxId, shells, temporaryDirectory, thisHost } from './local-fleet.ts';
import { planned, transactionOf } from './transactions.ts';

test.each(shells)('a transaction for another machine changes nothing ($name)', async (shell) => {
  const path = `${temporaryDirectory()}/f`;
  writeFileSync(path, 'old');
  const { fleet, transport } = localFleet({ shell });
  const change = await planned(fleet, path, 'new');
  writeFileSync(`${path}.2`, 'old');
  const second = await planned(fleet, `${path}.2`, 'new');
  const { machine_id: own } = await (await fleet.read(thisHost)).facts();
  const become = { enabled: false, user: 'root' };
  const target: Target = {
    host: 'here',
    address: '127.0.0.1',
    port: 22,
    user: 'operator',
    identityFiles: [],
    knownHostsFiles: [],
    connectTimeoutMs: 1_000,
    keepAliveMs: 0,
    become,
  };
  const link = createLink({ connection: await transport.connect(target), target, shell, nonce: newTxId });
  const write = async (machine: string) => {
    const writer = createWriter((script) => link.run(script, become), { host: shell, machine });
    return (await writer.begin(transactionOf([change, second]))).results;
  };
  expect(await write('f'.repeat(32))).toEqual([
    { kind: 'stale', message: `this is another machine than the one that was looked at: its machine id is ${own || 'empty'}` },
    { kind: 'not-reached' },
  ]);
  expect(readFileSync(path, 'utf8')).toBe('old');
  expect(await write(own)).toEqual([{ kind: 'done' }, { kind: 'done' }]);
});

test('a way that is for planning has no writer', async () => {
  const { fleet, transport } = localFleet({ become: { enabled: false, user: 'root', single: true } });
  await expect(fleet.write(thisHost)).rejects.toMatchObject({ failure: { code: 'refused', message: expect.stringContaining('plans') } });
  expect(transport.requests).toEqual([]);
  // What takes changes back is told for those that root makes, not for this login's.
  const { undo_by, uid } = await (await fleet.read(thisHost)).facts();
  expect([undo_by, uid]).toEqual([(await (await localFleet().fleet.read(thisHost)).facts()).undo_by, process.getuid?.()]);
});
