import { dirname, resolve } from 'node:path';
import { ok, type Result } from '../domain/failure.ts';
import { failAt } from './place.ts';
import { PROMPT, parseVaultId, type VaultId } from './vault-passwords.ts';

/** A setting with the line in which it stands. */
interface ConfigSetting {
  readonly value: string;
  readonly line: number;
}

/** Looks at a setting of `[defaults]` in an ansible.cfg, as Python's configparser reads it. */
function settingOf(text: string, name: string): ConfigSetting | undefined {
  let section = '';
  let found: ConfigSetting | undefined;
  for (const [index, raw] of text.split(/\r?\n/).entries()) {
    const line = raw.replace(/(^|\s);.*$/, '').trimEnd();
    if (line === '' || /^\s*#/.test(line)) continue;
    section = /^\[([^\]]+)\]/.exec(line)?.[1] ?? section;
    const [, key = '', value] = /^([a-z_]+)\s*[=:]\s*(.*)$/i.exec(line) ?? [];
    if (section === 'defaults' && key.toLowerCase() === name && value !== undefined) found = { value, line: index + 1 };
  }
  return found;
}

/**
 * The inventory sources that an ansible.cfg names, relative to the file; none when it names none. Paths with a variable
 * or a template are refused.
 */
export function inventoryOfConfig(path: string, text: string, home: string | undefined): Result<readonly string[]> {
  const setting = settingOf(text, 'inventory');
  const sources: string[] = [];
  for (const item of setting?.value.split(',') ?? []) {
    const source = item.trim();
    if (source === '') continue;
    const whole = wholePath(path, setting?.line ?? 1, source, home, { what: 'the inventory', hint: 'give it with -i' });
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

function wholePath(config: string, line: number, path: string, home: string | undefined, { what, hint }: PathWords): Result<string> {
  const place = { file: config, line, column: 1 };
  if (/\$|\{\{/.test(path)) return failAt(place, `${what} "${path}" holds a variable, which is not supported here`, hint);
  if (path !== '~' && !path.startsWith('~/')) return ok(resolve(dirname(config), path));
  return home === undefined ? failAt(place, `${what} "${path}" needs HOME, which is not set`) : ok(`${home}${path.slice(1)}`);
}

/**
 * The vault passwords that an ansible.cfg names, as `--vault-id` takes them, their files relative to it: `vault_identity_list`, then
 * `vault_password_file`.
 */
export function vaultIdsOfConfig(path: string, text: string, home: string | undefined): Result<readonly VaultId[]> {
  const list = settingOf(text, 'vault_identity_list');
  const file = settingOf(text, 'vault_password_file');
  const items = [list, file].flatMap((setting) =>
    (setting?.value ?? '').split(',').map((item) => ({ item: item.trim(), line: setting?.line ?? 1 })),
  );
  const ids: VaultId[] = [];
  for (const { item, line } of items) {
    if (item === '') continue;
    const { label, source } = parseVaultId(item, undefined);
    const words = { what: 'the vault password file', hint: 'give it with --vault-password-file' };
    const whole = source === PROMPT ? ok(source) : wholePath(path, line, source, home, words);
    if (!whole.ok) return whole;
    ids.push({ source: whole.value, ...(label === undefined ? {} : { label }) });
  }
  return ok(ids);
}
