import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { runPing } from '../../src/cli/run-ping.ts';
import { runUnlock } from '../../src/cli/run-unlock.ts';
import { limitedNames } from '../../src/cli/targets.ts';
import type { World } from '../../src/cli/world.ts';
import type { Inventory } from '../../src/domain/host.ts';
import { fakeWorld } from './rig.ts';

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

test.each([
  ['a limit that matches nobody', (world: World) => runPing(world, undefined, { color: 'never', limit: 'nope' })],
  ['a host that it does not have', (world: World) => runUnlock(world, 'nope', { color: 'never' }, false)],
])('the inventory that was found is named before %s is refused', async (_, run) => {
  const { world, err } = fakeWorld();
  writeFileSync(join(world.cwd, 'hosts.ini'), 'a\n');
  expect(await run({ ...world, env: { RUNBOOK_INVENTORY: join(world.cwd, 'hosts.ini') } })).toBe(1);
  expect(err.text).toMatch(/^inventory: \S+hosts\.ini \(.*RUNBOOK_INVENTORY.*\)\n[\s\S]*nope/);
});
