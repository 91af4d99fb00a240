import { fail, ok, type Result } from '../domain/failure.ts';
import type { Host } from '../domain/host.ts';
import type { Json } from '../domain/json.ts';
import { Secret } from '../domain/secret.ts';
import { vaultTextOf } from './vault-envelope.ts';

/** Variables that mean the same thing; where several are set, the last in the list wins, as with Ansible's plugins. */
const ALIASES = {
  address: ['ansible_host', 'ansible_ssh_host'],
  port: ['ansible_port', 'ansible_ssh_port'],
  user: ['ansible_user', 'ansible_ssh_user'],
  identityFile: ['ansible_private_key_file', 'ansible_ssh_private_key_file'],
  connectTimeout: ['ansible_timeout', 'ansible_ssh_timeout'],
  become: ['ansible_become'],
  becomeMethod: ['ansible_become_method'],
  becomeUser: ['ansible_become_user', 'ansible_sudo_user'],
  sshArgs: ['ansible_ssh_args'],
  commonArgs: ['ansible_ssh_common_args'],
  extraArgs: ['ansible_ssh_extra_args'],
} as const;

/** The same for passwords, which alone may be encrypted. */
const PASSWORDS = {
  password: ['ansible_password', 'ansible_ssh_pass', 'ansible_ssh_password'],
  becomePassword: ['ansible_become_password', 'ansible_become_pass', 'ansible_sudo_pass'],
} as const;

type PasswordSetting = keyof typeof PASSWORDS;

type ConnectionSetting = keyof typeof ALIASES;

/** A connection variable that is set, and under which name. */
export interface Setting {
  readonly variable: string;
  readonly value: boolean | number | string;
}

/** A password that `ansible-vault` encrypted, and is opened when a host asks for it. */
export interface SealedPassword {
  /** As it stands in the inventory. */
  readonly vault: string;
  /** Which variable of which host, for messages. */
  readonly of: string;
}

/** A password as the inventory has it. */
export type InventoryPassword = Secret<string> | SealedPassword;

/** The connection variables that a host has, by what they set. */
export type ConnectionSettings = { readonly [Name in ConnectionSetting]?: Setting } & {
  readonly [Name in PasswordSetting]?: InventoryPassword;
};

/** A host's variable cannot be honoured. */
export function refuseVariable(host: Host, variable: string, why: string, hint?: string): Result<never> {
  return fail('refused', `${variable} of ${host.name} ${why}`, hint === undefined ? {} : { hint });
}

/** One variable as a scalar; `undefined` when it is not set, null or empty. Templates and encrypted values are refused by name. */
export function scalarVariable(host: Host, variable: string): Result<Setting | undefined> {
  const value: Json | undefined = Object.hasOwn(host.vars, variable) ? host.vars[variable] : undefined;
  if (host.secrets?.has(variable) || vaultTextOf(value) !== undefined)
    return refuseVariable(
      host,
      variable,
      'is encrypted, and messages and records would tell it',
      'only passwords may be: write it in plain text',
    );
  if (value === undefined || value === null || value === '') return ok(undefined);
  if (typeof value === 'object') return refuseVariable(host, variable, 'must be a single value, not a list or a mapping');
  if (typeof value === 'string' && /\{\{|\{%|\{#/.test(value)) {
    return refuseVariable(host, variable, 'holds a template, and templates in inventories are not evaluated', 'write the value itself');
  }
  return ok({ variable, value });
}

function lastSet(host: Host, variables: readonly string[]): Result<Setting | undefined> {
  let setting: Setting | undefined;
  for (const variable of variables) {
    const found = scalarVariable(host, variable);
    if (!found.ok) return found;
    setting = found.value ?? setting;
  }
  return ok(setting);
}

/** `{{ name }}` alone: how passwords in files that everybody may read refer to those in encrypted ones. */
const REFERENCE = /^\{\{\s*([A-Za-z_]\w*)\s*\}\}$/;

/** More references one after another are a circle. */
const MOST_REFERENCES = 8;

/** A password variable, encrypted or not; one that is just the name of another variable stands for that. */
function passwordVariable(host: Host, variable: string, steps = 0): Result<InventoryPassword | undefined> {
  const secret = host.secrets?.get(variable)?.reveal();
  const value = secret ?? (Object.hasOwn(host.vars, variable) ? host.vars[variable] : undefined);
  const vault = vaultTextOf(value);
  if (vault !== undefined) return ok({ vault, of: `${variable} of ${host.name}` });
  const other = typeof value === 'string' ? REFERENCE.exec(value)?.[1] : undefined;
  if (other !== undefined && steps < MOST_REFERENCES) {
    const found = passwordVariable(host, other, steps + 1);
    return found.ok && found.value === undefined ? refuseVariable(host, variable, `refers to ${other}, which is not set`) : found;
  }
  // Told of the variable alone, since the value is a secret.
  const plain = scalarVariable({ name: host.name, groups: host.groups, vars: { [variable]: value ?? null } }, variable);
  return plain.ok && plain.value !== undefined ? ok(new Secret(String(plain.value.value))) : (plain as Result<undefined>);
}

function lastPassword(host: Host, variables: readonly string[]): Result<InventoryPassword | undefined> {
  let password: InventoryPassword | undefined;
  for (const variable of variables) {
    const found = passwordVariable(host, variable);
    if (!found.ok) return found;
    password = found.value ?? password;
  }
  return ok(password);
}

/** The passwords of a host that stay encrypted until they are asked for. */
export function sealedPasswords(host: Host): readonly SealedPassword[] {
  const found = Object.values(PASSWORDS).map((variables) => lastPassword(host, variables));
  return found.flatMap((password) => (password.ok && password.value !== undefined && 'vault' in password.value ? [password.value] : []));
}

/** All connection variables of a host that this program honours. */
export function connectionSettings(host: Host): Result<ConnectionSettings> {
  const settings: { -readonly [Name in keyof ConnectionSettings]: ConnectionSettings[Name] } = {};
  for (const name of Object.keys(ALIASES) as ConnectionSetting[]) {
    const found = lastSet(host, ALIASES[name]);
    if (!found.ok) return found;
    if (found.value !== undefined) settings[name] = found.value;
  }
  for (const name of Object.keys(PASSWORDS) as PasswordSetting[]) {
    const found = lastPassword(host, PASSWORDS[name]);
    if (!found.ok) return found;
    if (found.value !== undefined) settings[name] = found.value;
  }
  return ok(settings);
}

const TRUE: ReadonlySet<string> = new Set(['y', 'yes', 'on', '1', 'true', 't', '1.0']);
const FALSE: ReadonlySet<string> = new Set(['n', 'no', 'off', '0', 'false', 'f', '0.0']);

/** A yes or no as Ansible reads it; `undefined` for anything else. */
export function truthOf({ value }: Setting): boolean | undefined {
  const text = String(value).toLowerCase();
  return TRUE.has(text) ? true : FALSE.has(text) ? false : undefined;
}
