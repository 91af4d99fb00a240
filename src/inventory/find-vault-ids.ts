import { ok, type Result } from '../domain/failure.ts';
import { vaultIdsOfConfig } from './ansible-config.ts';
import { configFile, type Environment } from './find-inventory.ts';
import type { InventoryIo } from './inventory-io.ts';
import { readText } from './read-text.ts';
import { parseVaultId, type VaultId } from './vault-passwords.ts';

/**
 * The vault passwords to use when none was given, where Ansible would look: `$ANSIBLE_VAULT_IDENTITY_LIST` and `$ANSIBLE_VAULT_PASSWORD_FILE`,
 * else the ansible.cfg that Ansible would read.
 */
export async function findVaultIds(env: Environment, io: InventoryIo): Promise<Result<readonly VaultId[]>> {
  const { ANSIBLE_VAULT_IDENTITY_LIST: list = '', ANSIBLE_VAULT_PASSWORD_FILE: file = '', HOME: home } = env;
  const given = [...list.split(','), file].map((item) => item.trim()).filter((item) => item !== '');
  if (given.length > 0) return ok(given.map((item) => parseVaultId(item, home)));
  const path = await configFile(env, io);
  if (!path.ok || path.value === undefined) return path.ok ? ok([]) : path;
  const text = await readText(path.value, io);
  return text.ok ? vaultIdsOfConfig(path.value, text.value, env) : text;
}
