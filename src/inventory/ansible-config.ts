import { dirname, resolve } from 'node:path';
import { ok, type Result } from '../domain/failure.ts';
import { failAt } from './place.ts';
import { PROMPT, parseVaultId, type VaultId } from './vault-passwords.ts';

/** A setting with the line in which it stands. */
interface ConfigSetting {
  readonly value: string;
  readonly line: number;
}

/** A setting with its section and name, as written in lower case. */
interface NamedSetting extends ConfigSetting {
  readonly section: string;
  readonly name: string;
}

/** All settings of an ansible.cfg, as Python's configparser reads them. */
function settingsIn(text: string): readonly NamedSetting[] {
  let section = '';
  return text.split(/\r?\n/).flatMap((raw, index) => {
    const line = raw.replace(/(^|\s);.*$/, '').trimEnd();
    if (line === '' || /^\s*#/.test(line)) return [];
    section = /^\[([^\]]+)\]/.exec(line)?.[1] ?? section;
    const [, key = '', value] = /^([a-z_]+)\s*[=:]\s*(.*)$/i.exec(line) ?? [];
    return value === undefined ? [] : [{ section, name: key.toLowerCase(), value, line: index + 1 }];
  });
}

/** Looks at a setting of `[defaults]`; of several the last. */
function settingOf(text: string, name: string): ConfigSetting | undefined {
  return settingsIn(text).findLast((setting) => setting.section === 'defaults' && setting.name === name);
}

/**
 * Settings by which Ansible would reach a host otherwise than it does without them (`ansible-config list`). None of them is read here: the
 * same is said by variables of the inventory, or by the configuration of ssh.
 */
const OF_THE_WAY: Readonly<Record<string, readonly string[]>> = {
  defaults: ['remote_user', 'remote_port', 'private_key_file', 'host_key_checking', 'timeout', 'transport', 'ask_pass'],
  privilege_escalation: ['become', 'become_method', 'become_user', 'become_ask_pass', 'become_exe', 'become_flags'],
  ssh_connection: ['ssh_args', 'ssh_common_args', 'ssh_extra_args', 'ssh_executable', 'host_key_checking', 'timeout'],
};

/** What an ansible.cfg says of the way to hosts, which is not read here: `[section] name`, each with its line from 1. */
export function unreadSettings(text: string): readonly { readonly name: string; readonly line: number }[] {
  return settingsIn(text).flatMap(({ section, name, line }) =>
    OF_THE_WAY[section]?.includes(name) ? [{ name: `[${section}] ${name}`, line }] : [],
  );
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
