import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { withoutSecrets } from '../../src/cli/connect.ts';
import type { InventoryOptions } from '../../src/cli/options.ts';
import { screenOf } from '../../src/cli/screen.ts';
import { showInventory } from '../../src/cli/show-inventory.ts';
import { chooseHosts } from '../../src/cli/targets.ts';
import { unsealerOf } from '../../src/cli/unseal.ts';
import { Secret } from '../../src/domain/secret.ts';
import { failureText, unwrap } from '../inventory/memory-io.ts';
import { GENUINE, LABELLED } from '../inventory/vault-texts.ts';
import { fakeWorld } from './rig.ts';

const vaulted = (text: string) => `!vault |\n${text.replaceAll(/^/gm, '        ')}`;

/** h1 and h2 have a password with another vault password each, h3 has none. */
function rig(env: Readonly<Record<string, string>> = {}) {
  const { world: plain, out, err } = fakeWorld();
  const world = { ...plain, env: { ...plain.env, ...env } };
  const path = (name: string) => join(world.cwd, name);
  writeFileSync(path('right'), 'open sesame\n');
  writeFileSync(path('wrong'), 'guess\n');
  writeFileSync(path('program'), '#!/bin/sh\necho other\n');
  chmodSync(path('program'), 0o755);
  writeFileSync(
    path('hosts.yml'),
    `all:\n  hosts:\n    h1:\n      ansible_password: ${vaulted(GENUINE)}\n    h2:\n      ansible_become_password: ${vaulted(LABELLED)}\n    h3:\n      note: ${vaulted(GENUINE)}\n`,
  );
  const choose = async (hosts: string, more: Partial<InventoryOptions>) => {
    const options = { color: 'never', hosts, inventory: [path('hosts.yml')], ...more } as const;
    const chosen = await chooseHosts(world, screenOf(world, options), options, { path: 'x.yaml' });
    return chosen.ok ? chosen.value.hosts.map(({ name }) => name) : failureText(chosen);
  };
  return { world, out, err, path, choose };
}

describe('the vault passwords of a run', () => {
  test('are wanted for its hosts alone, and come from a file, a program, the environment', async () => {
    const { path, choose } = rig();
    expect(await choose('h3', {})).toEqual(['h3']);
    expect(await choose('h1', { vaultPasswordFile: ['right'] })).toEqual(['h1']);
    expect(await choose('all', { vaultPasswordFile: ['right'], vaultId: ['prod@program'] })).toEqual(['h1', 'h2', 'h3']);
    const other = rig({ ANSIBLE_VAULT_PASSWORD_FILE: path('right') });
    expect(await other.choose('h1', {})).toEqual(['h1']);
  });

  test('that are wrong or missing stop it before anything is done, and nothing else is said', async () => {
    const { choose, out, err } = rig();
    expect(await choose('all', { vaultPasswordFile: ['wrong'] })).toBe('ansible_password of h1: the vault password is wrong');
    expect(await choose('all', { vaultPasswordFile: ['right'] })).toBe('ansible_become_password of h2: the vault password is wrong');
    expect(await choose('h2', {})).toMatch(
      /^ansible_become_password of h2: this is encrypted with ansible-vault, and no password was given/,
    );
    expect(out.text + err.text).toBe('');
  });
});

test('a listing has encrypted values as they stand in the inventory, with a password or without', async () => {
  const { world, out, path } = rig();
  expect(
    await showInventory(world, undefined, { color: 'never', inventory: [path('hosts.yml')], list: true, vaultPasswordFile: ['right'] }),
  ).toBe(0);
  expect(JSON.parse(out.text)._meta.hostvars.h3).toEqual({ note: { __ansible_vault: GENUINE } });
});

test('what the engine gets of a host holds nothing that was encrypted, and no password', () => {
  const host = {
    name: 'h1',
    groups: ['web'],
    vars: { a: 1, db_password: 'x', api_token: 'x', b: { c: [{ __ansible_vault: 'x' }] }, d: { __ansible_vault: 'x' } },
    secrets: new Map([['e', new Secret('x')]]),
  };
  expect(withoutSecrets(host)).toEqual({ name: 'h1', groups: ['web'], vars: { a: 1 } });
});

test('an age identity comes from the options, else from the environment', async () => {
  const { world, path } = rig({ RUNBOOK_AGE_IDENTITY: 'key', PATH: '/nonexistent' });
  const options = { color: 'never' } as const;
  const unsealer = unsealerOf(world, screenOf(world, options), { ...options, vaultPasswordFile: ['right'] });
  const opened = await unsealer.age(path('x.age'));
  expect(opened.ok).toBe(false);
  expect(unwrap(await unsealer.vault(GENUINE, '')).reveal()).toBe('S3cret-pä$$');
});
