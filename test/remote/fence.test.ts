import { readFileSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { localFleet, newTxId, shells, temporaryDirectory, thisHost } from './local-fleet.ts';
import { planned, transactionOf } from './transactions.ts';

test.each(shells)('a transaction that was given up before it began is never said to have been carried out ($name)', async (shell) => {
  const dir = temporaryDirectory();
  writeFileSync(`${dir}/f`, 'old');
  const { fleet } = localFleet({ shell });
  const id = newTxId();
  const ask = async () => (await (await fleet.read(thisHost)).transaction(id)).state;
  const end = async (verb: 'undo' | 'confirm') => (await (await fleet.write(thisHost))[verb](id)).state;
  expect([await ask(), await end('undo')]).toEqual(['none', 'none']);
  expect([await ask(), await end('undo'), await end('confirm'), await ask()]).toEqual(['none', 'none', 'none', 'none']);
  const late = await (await fleet.write(thisHost)).begin(transactionOf([await planned(fleet, `${dir}/f`, 'new')], false, id));
  expect(late.refusal).toMatchObject({ code: 'locked', message: expect.stringContaining('nobody: it was given up before it began') });
  expect(readFileSync(`${dir}/f`, 'utf8')).toBe('old');
});
