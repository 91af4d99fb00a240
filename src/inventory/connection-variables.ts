import { fail, ok, type Result } from '../domain/failure.ts';
import type { Host } from '../domain/host.ts';
import { isJsonObject, type Json } from '../domain/json.ts';

/** Variables that mean the same thing; where several are set, the last in the list wins, as with Ansible's plugins. */
const ALIASES = {
  address: ['ansible_host', 'ansible_ssh_host'],
  port: ['ansible_port', 'ansible_ssh_port'],
  user: ['ansible_user', 'ansible_ssh_user'],
  password: ['ansible_password', 'ansible_ssh_pass', 'ansible_ssh_password'],
  identityFile: ['ansible_private_key_file', 'ansible_ssh_private_key_file'],
  connectTimeout: ['ansible_timeout', 'ansible_ssh_timeout'],
  become: ['ansible_become'],
  becomeMethod: ['ansible_become_method'],
  becomeUser: ['ansible_become_user', 'ansible_sudo_user'],
  becomePassword: ['ansible_become_password', 'ansible_become_pass', 'ansible_sudo_pass'],
  sshArgs: ['ansible_ssh_args'],
  commonArgs: ['ansible_ssh_common_args'],
  extraArgs: ['ansible_ssh_extra_args'],
} as const;

type ConnectionSetting = keyof typeof ALIASES;

/** A connection variable that is set, and under which name. */
export interface Setting {
  readonly variable: string;
  readonly value: boolean | number | string;
}

/** The connection variables that a host has, by what they set. */
export type ConnectionSettings = { readonly [Name in ConnectionSetting]?: Setting };

/** A host's variable cannot be honoured. */
export function refuseVariable(host: Host, variable: string, why: string, hint?: string): Result<never> {
  return fail('refused', `${variable} of ${host.name} ${why}`, hint === undefined ? {} : { hint });
}

/** One variable as a scalar; `undefined` when it is not set, null or empty. Templates and encrypted values are refused by name. */
export function scalarVariable(host: Host, variable: string): Result<Setting | undefined> {
  const value: Json | undefined = Object.hasOwn(host.vars, variable) ? host.vars[variable] : undefined;
  if (value === undefined || value === null || value === '') return ok(undefined);
  if (isJsonObject(value) && Object.hasOwn(value, '__ansible_vault')) {
    return refuseVariable(host, variable, 'is encrypted with ansible-vault, which is not supported yet');
  }
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

/** All connection variables of a host that this program honours. */
export function connectionSettings(host: Host): Result<ConnectionSettings> {
  const settings: { [Name in ConnectionSetting]?: Setting } = {};
  for (const name of Object.keys(ALIASES) as ConnectionSetting[]) {
    const found = lastSet(host, ALIASES[name]);
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
