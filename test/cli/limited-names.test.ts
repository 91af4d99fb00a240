import { expect, test } from 'vitest';
import { limitedNames } from '../../src/cli/targets.ts';
import type { Inventory } from '../../src/domain/host.ts';

const names = ['web1', 'web2', 'db1'];
const inventory: Inventory = {
  sources: [],
  hosts: names.map((name) => ({ name, groups: [], vars: {} })),
  groups: new Map([
    ['all', names],
    ['web', ['web1', 'web2']],
  ]),
} as Inventory;

test.each([
  [{}, undefined],
  [{ hosts: 'web' }, ['web1', 'web2']],
  [{ limit: 'db1' }, ['db1']],
  [{ hosts: 'web', limit: '!web1' }, ['web2']],
])('%j leaves %j of the hosts that a rollback may put back', async (options, expected) => {
  const limited = await limitedNames(inventory, { color: 'auto', ...options });
  expect(limited.ok && limited.value && [...limited.value]).toEqual(expected);
});
