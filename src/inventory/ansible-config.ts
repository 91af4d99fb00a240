import { dirname, resolve } from 'node:path';
import { ok, type Result } from '../domain/failure.ts';
import { settingOf, settingsIn } from './ansible-settings.ts';
import type { Environment } from './find-inventory.ts';
import { failAt } from './place.ts';
import { PROMPT, parseVaultId, type VaultId } from './vault-passwords.ts';

/**
 * The inventory sources that an ansible.cfg names, relative to the file; none when it names none. Paths with a variable
 * or a template are refused.
 */
export function inventoryOfConfig(path: string, text: string, env: Environment): Result<readonly string[]> {
  const setting = settingOf(settingsIn(text), 'defaults', 'inventory');
  const sources: string[] = [];
  for (const item of setting?.value.split(',') ?? []) {
    const source = item.trim();
    if (source === '') continue;
    const whole = wholePath(path, setting?.line ?? 1, source, env, { what: 'the inventory', hint: 'give it with -i' });
    if (!whole.ok) return whole;
    sources.push(whole.value);
  }
  return ok(sources);
}

/** What a path of an ansible.cfg is called in messages, and how it is given otherwise. */
interface PathWords {
  readonly what: string;
  readonly hint: string;
}

/** A path of an ansible.cfg, relative to it. Variables that the environment has are put in; all else that is no plain path is refused. */
export function wholePath(config: string, line: number, path: string, env: Environment, { what, hint }: PathWords): Result<string> {
  const place = { file: config, line, column: 1 };
  const home = env['HOME'];
  const filled = path.replace(/\$(?:(\w+)|\{(\w+)\})/g, (whole, plain, braced) => env[plain ?? braced] ?? whole);
  if (/\$|\{\{/.test(filled)) return failAt(place, `${what} "${path}" holds a variable, which is not supported here`, hint);
  if (filled !== '~' && !filled.startsWith('~/')) return ok(resolve(dirname(config), filled));
  return home === undefined ? failAt(place, `${what} "${path}" needs HOME, which is not set`) : ok(`${home}${filled.slice(1)}`);
}

/**
 * The vault passwords that an ansible.cfg names, as `--vault-id` takes them, their files relative to it: `vault_identity_list`, then
 * `vault_password_file`.
 */
export function vaultIdsOfConfig(path: string, text: string, env: Environment): Result<readonly VaultId[]> {
  const settings = settingsIn(text);
  const list = settingOf(settings, 'defaults', 'vault_identity_list');
  const file = settingOf(settings, 'defaults', 'vault_password_file');
  const items = [list, file].flatMap((setting) =>
    (setting?.value ?? '').split(',').map((item) => ({ item: item.trim(), line: setting?.line ?? 1 })),
  );
  const ids: VaultId[] = [];
  for (const { item, line } of items) {
    if (item === '') continue;
    const { label, source } = parseVaultId(item, undefined);
    const words = { what: 'the vault password file', hint: 'give it with --vault-password-file' };
    const whole = source === PROMPT ? ok(source) : wholePath(path, line, source, env, words);
    if (!whole.ok) return whole;
    ids.push({ source: whole.value, ...(label === undefined ? {} : { label }) });
  }
  return ok(ids);
}
