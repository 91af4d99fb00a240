import { writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { crashHost } from '../faults/crash-host.ts';
import { localFleet, newTxId, shells, temporaryDirectory, thisHost } from './local-fleet.ts';
import { planned, transactionOf } from './transactions.ts';

/** Most of what a change costs a host is starting programs: their number must not creep. */
test('a file is read, changed and kept by few programs', async () => {
  const dir = temporaryDirectory();
  writeFileSync(`${dir}/f`, 'old');
  const [dash] = shells;
  if (dash === undefined) throw new Error('there is no dash here');
  const host = crashHost(dash, temporaryDirectory());
  const { fleet } = localFleet({ shell: host.shell });
  const counted = async <T>(work: Promise<T>): Promise<[T, number]> => {
    host.arm({ at: 0, when: 'before' });
    return [await work, host.calls()];
  };
  await (await fleet.read(thisHost)).file(`${dir}/other`);
  const [change, reading] = await counted(planned(fleet, `${dir}/f`, 'new'));
  const writer = await fleet.write(thisHost);
  const id = newTxId();
  const [begun, changing] = await counted(writer.begin(transactionOf([change], false, id)));
  const [kept, keeping] = await counted(writer.confirm(id));
  expect([begun.state, kept.state]).toEqual(['applied', 'confirmed']);
  expect(reading).toBe(6);
  // The first change of a host, which makes the record as well; what arms the undo depends on the machine.
  expect(changing).toBeLessThanOrEqual(60);
  expect(keeping).toBeLessThanOrEqual(12);
});
