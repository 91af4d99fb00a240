import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { screenOf } from '../../src/cli/screen.ts';
import { chooseHosts, readSources } from '../../src/cli/targets.ts';
import { unwrap } from '../inventory/memory-io.ts';
import { fakeWorld } from './rig.ts';

test('variables beside a runbook hold for its runs, and for whoever knows where it stood', async () => {
  const { world } = fakeWorld();
  mkdirSync(join(world.cwd, 'books/group_vars'), { recursive: true });
  writeFileSync(join(world.cwd, 'hosts'), 'h1\n');
  writeFileSync(join(world.cwd, 'books/group_vars/all.yml'), 'ansible_user: ops\n');
  const options = { color: 'never', inventory: [join(world.cwd, 'hosts')] } as const;
  const screen = screenOf(world, options);
  const chosen = unwrap(await chooseHosts(world, screen, options, { hosts: 'all', path: 'books/fix.yaml' }));
  expect(chosen.hosts.map(({ vars }) => vars)).toEqual([{ ansible_user: 'ops' }]);
  const again = unwrap(await readSources(world, screen, options, join(world.cwd, 'books')));
  expect(again.hosts).toEqual(chosen.hosts);
  expect(unwrap(await readSources(world, screen, options, undefined)).hosts[0]?.vars).toEqual({});
});
