import { resolve } from 'node:path';
import { ok, type Result } from '../domain/failure.ts';
import type { Host } from '../domain/host.ts';
import type { GroupedInventory } from '../inventory/assemble.ts';
import { sealedPasswords } from '../inventory/connection-variables.ts';
import { findVaultIds } from '../inventory/find-vault-ids.ts';
import { nodeInventoryIo } from '../inventory/node-inventory-io.ts';
import { createUnsealer, type Unsealer } from '../inventory/unsealer.ts';
import { PROMPT, parseVaultId, type VaultId } from '../inventory/vault-passwords.ts';
import { askSecret } from './ask-secret.ts';
import type { SourceOptions } from './options.ts';
import type { Screen } from './screen.ts';
import type { World } from './world.ts';

/**
 * What opens encrypted variables, by the options, else as Ansible is set up; a person is asked at the screen where neither has a vault
 * password. Without a screen nobody is asked.
 */
export function unsealerOf(world: World, screen: Screen | undefined, options: SourceOptions): Unsealer {
  const { vaultId = [], vaultPasswordFile = [], ageIdentity = [] } = options;
  const identity = world.env['RUNBOOK_AGE_IDENTITY'];
  const absolute = (path: string) => resolve(world.cwd, path);
  const whole = (id: VaultId): VaultId => (id.source === PROMPT ? id : { ...id, source: absolute(id.source) });
  return createUnsealer(
    {
      vaultIds: [...vaultId.map((text) => parseVaultId(text, world.home)), ...vaultPasswordFile.map((source) => ({ source }))].map(whole),
      async find() {
        const found = await findVaultIds(world.env, nodeInventoryIo);
        return found.ok ? ok(found.value.map(whole)) : found;
      },
      ageIdentities: (ageIdentity.length === 0 && identity ? [identity] : ageIdentity).map(absolute),
      ...(screen ? { ask: (name: string) => askSecret(world, screen, name) } : {}),
    },
    nodeInventoryIo,
  );
}

/** Opens the encrypted passwords of the hosts of a run before anything is drawn or done, so that a wrong vault password is told at once. */
export async function unsealPasswords({ unsealer }: GroupedInventory, hosts: readonly Host[]): Promise<Result<void>> {
  const sealed = new Map(hosts.flatMap((host) => sealedPasswords(host).map(({ vault, of }) => [vault, of] as const)));
  // The first one alone: it may be the one that a person is asked for.
  const [first, ...others] = sealed;
  if (first === undefined) return ok(undefined);
  const opened = [await unsealer.vault(...first), ...(await Promise.all(others.map((each) => unsealer.vault(...each))))];
  const failed = opened.find((each) => !each.ok);
  return failed === undefined || failed.ok ? ok(undefined) : failed;
}
