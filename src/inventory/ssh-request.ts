import { fail, ok, type Result } from '../domain/failure.ts';
import type { Host } from '../domain/host.ts';
import type { Become, BecomeMethod, SecretRef, SshSetting } from '../domain/transport.ts';
import type { AnsibleWay } from './ansible-way.ts';
import { type ConnectionSources, connectionSources, effective } from './connection-sources.ts';
import { type InventoryPassword, refuseVariable, type Setting, scalarVariable, truthOf } from './connection-variables.ts';
import { addressFault, bareAddress, userFault } from './login-name.ts';
import type { SshArguments } from './ssh-arguments.ts';

/** Where passwords and privilege come from when the inventory says nothing of them. */
export interface RequestDefaults {
  readonly password?: SecretRef;
  readonly becomePassword?: SecretRef;
  /** What Ansible's configuration says of all hosts. */
  readonly ansible?: AnsibleWay;
  /** The host is only read: by this login if there is one, else by that of `runbook_plan_user`, else as ever. */
  readonly planning?: { readonly user?: string };
}

/** What an inventory says of the way to a host: what would stand on ssh's command line, and what ssh knows nothing of. */
export interface InventoryRequest {
  /** What ssh would be given for its destination: `ansible_host`, or the host's name. */
  readonly alias: string;
  /** In ssh's order: what is said first counts, and all of it before any configuration file. */
  readonly settings: readonly SshSetting[];
  readonly become: Become;
  readonly password?: SecretRef;
  /** The inventory's passwords under the names by which the others refer to them (`inventory:HOST:login`, `inventory:HOST:become`). */
  readonly secrets: Readonly<Record<string, InventoryPassword>>;
}

/**
 * How to reach a host, from its connection variables. What they ask for is done or refused by name, never ignored. Passwords leave the
 * inventory as named secrets, for `createSecrets`.
 */
export function sshRequest(host: Host, defaults: RequestDefaults): Result<InventoryRequest> {
  const sources = connectionSources(host, defaults.ansible);
  if (!sources.ok) return sources;
  const alias = aliasOf(sources.value);
  if (!alias.ok) return alias;
  const said = settingsOf(sources.value);
  if (!said.ok) return said;
  const planner = planUserOf(host, defaults);
  if (!planner.ok) return planner;
  if (planner.value !== undefined) return ok(planningRequest(alias.value, said.value, planner.value, host));
  const { settings } = sources.value;
  const login = passwordOf(`inventory:${host.name}:login`, settings.password, defaults.password);
  const privilege = passwordOf(`inventory:${host.name}:become`, settings.becomePassword, defaults.becomePassword);
  const become = becomeOf(sources.value, privilege.reference);
  if (!become.ok) return become;
  return ok({
    alias: alias.value,
    settings: said.value,
    become: become.value,
    ...(login.reference === undefined ? {} : { password: login.reference }),
    secrets: { ...login.secrets, ...privilege.secrets },
  });
}

/** The variable that names the login which plans. */
const PLAN_USER = 'runbook_plan_user';

function planUserOf(host: Host, { planning }: RequestDefaults): Result<string | undefined> {
  if (planning === undefined) return ok(undefined);
  const found = planning.user === undefined ? scalarVariable(host, PLAN_USER) : ok({ variable: '--plan-user', value: planning.user });
  if (!found.ok || found.value === undefined) return found.ok ? ok(undefined) : found;
  const user = String(found.value.value);
  const fault = userFault(user);
  return fault === undefined ? ok(user) : refuseVariable(host, found.value.variable, `cannot be a user: "${user}" ${fault}`);
}

/** The same way by another login: what is said first counts. The inventory's passwords are not that login's. */
function planningRequest(alias: string, settings: readonly SshSetting[], user: string, host: Host): InventoryRequest {
  const become: Become = { enabled: false, user: 'root', single: true };
  return { alias, settings: [said('User', user, 'the login that plans', host), ...settings], become, secrets: {} };
}

/** The stronger arguments, the variables, and the weaker arguments: Ansible's own order on the command line. */
function settingsOf(sources: ConnectionSources): Result<readonly SshSetting[]> {
  const { host, settings, first, last } = sources;
  const port = portOf(sources);
  if (!port.ok) return port;
  const user = userOf(sources);
  if (!user.ok) return user;
  const timeout = timeoutOf(sources);
  if (!timeout.ok) return timeout;
  const key = settings.identityFile;
  return ok([
    ...argumentSettings(first, host, 'ansible_ssh_args'),
    ...(port.value === undefined ? [] : [said('Port', String(port.value), 'the port', host)]),
    ...(user.value === undefined ? [] : [said('User', user.value, 'the user', host)]),
    ...(key === undefined ? [] : [said('IdentityFile', String(key.value), key.variable, host)]),
    ...(timeout.value === undefined ? [] : [option('ConnectTimeout', String(timeout.value), 'the time to connect', host)]),
    ...last.flatMap((each) => argumentSettings(each, host, 'an ssh argument')),
  ]);
}

function argumentSettings(
  { identityFiles, knownHostsFiles, way, hostKeyAlias, hostKeyChecking, options }: SshArguments,
  host: Host,
  variable: string,
): readonly SshSetting[] {
  return [
    ...identityFiles.map((file) => said('IdentityFile', file, variable, host)),
    ...(knownHostsFiles === undefined
      ? []
      : [option('UserKnownHostsFile', knownHostsFiles.map((file) => `"${file}"`).join(' '), variable, host)]),
    ...(hostKeyChecking === undefined ? [] : [option('StrictHostKeyChecking', hostKeyChecking, variable, host)]),
    ...(hostKeyAlias === undefined ? [] : [option('HostKeyAlias', hostKeyAlias, variable, host)]),
    ...(way === undefined ? [] : [option(way.kind === 'jump' ? 'ProxyJump' : 'ProxyCommand', way.value, variable, host)]),
    ...options.map((each) => ({ option: each, at: `${variable} of ${host.name}` })),
  ];
}

function said(keyword: Extract<SshSetting, { keyword: unknown }>['keyword'], value: string, variable: string, { name }: Host): SshSetting {
  return { keyword, value, at: `${variable} of ${name}` };
}

function option(keyword: string, value: string, variable: string, { name }: Host): SshSetting {
  return { option: `${keyword} ${value}`, at: `${variable} of ${name}` };
}

function portOf(sources: ConnectionSources): Result<number | undefined> {
  const setting = effective(sources, 'port', sources.settings.port);
  if (setting === undefined) return ok(undefined);
  const port = /^[0-9]+$/.test(String(setting.value)) ? Number(setting.value) : 0;
  if (port >= 1 && port <= 65_535) return ok(port);
  return refuseVariable(sources.host, setting.variable, `is no port: "${setting.value}"`, 'a port is a number from 1 to 65535');
}

/** ssh counts whole seconds: parts of one are a second more. */
function timeoutOf(sources: ConnectionSources): Result<number | undefined> {
  const setting = effective(sources, 'connectTimeout', sources.settings.connectTimeout);
  if (setting === undefined) return ok(undefined);
  const seconds = /^[0-9]+(\.[0-9]+)?$/.test(String(setting.value)) ? Number(setting.value) : 0;
  if (seconds > 0 && seconds <= 86_400) return ok(Math.ceil(seconds));
  return refuseVariable(sources.host, setting.variable, `is no time in seconds: "${setting.value}"`);
}

function userOf(sources: ConnectionSources): Result<string | undefined> {
  const setting = effective(sources, 'user', sources.settings.user);
  if (setting === undefined) return ok(undefined);
  const user = String(setting.value);
  const fault = userFault(user);
  if (fault === undefined) return ok(user);
  return refuseVariable(sources.host, setting.variable, `cannot be a user: "${user}" ${fault}`);
}

function aliasOf({ host, settings }: ConnectionSources): Result<string> {
  const address = bareAddress(String(settings.address?.value ?? host.name));
  const fault = addressFault(address);
  if (fault === undefined) return ok(address);
  const hint = address.includes('@') ? 'the user belongs into ansible_user' : 'set ansible_host';
  if (settings.address !== undefined) return refuseVariable(host, settings.address.variable, `is no address: "${address}" ${fault}`, hint);
  return fail('refused', `the name of ${host.name} is no address: it ${fault}`, { hint });
}

/** A password of the inventory as a named secret. */
interface Password {
  readonly reference: SecretRef | undefined;
  readonly secrets: Readonly<Record<string, InventoryPassword>>;
}

function passwordOf(name: string, password: InventoryPassword | undefined, otherwise: SecretRef | undefined): Password {
  if (password === undefined) return { reference: otherwise, secrets: {} };
  return { reference: { secret: name }, secrets: { [name]: password } };
}

function becomeOf({ host, settings }: ConnectionSources, password: SecretRef | undefined): Result<Become> {
  const enabled = settings.become === undefined ? false : truthOf(settings.become);
  if (enabled === undefined)
    return refuseVariable(host, settings.become?.variable ?? 'become', `is neither yes nor no: "${settings.become?.value}"`);
  const user = String(settings.becomeUser?.value ?? 'root');
  const fault = userFault(user);
  if (fault !== undefined)
    return refuseVariable(host, settings.becomeUser?.variable ?? 'the become user', `cannot be a user: "${user}" ${fault}`);
  const method = methodOf(settings.becomeMethod);
  if (method === undefined) {
    const why = `is "${settings.becomeMethod?.value}", but only sudo, doas and su are supported`;
    return refuseVariable(host, settings.becomeMethod?.variable ?? 'the become method', why);
  }
  return ok({ enabled, user, ...(method === 'sudo' ? {} : { method }), ...(password === undefined ? {} : { password }) });
}

/** As Ansible names them; undefined for one that is not supported. */
function methodOf(setting: Setting | undefined): BecomeMethod | undefined {
  const name = String(setting?.value ?? 'sudo').replace(/^(ansible\.builtin|community\.general)\./, '');
  return METHODS.find((method) => method === name);
}

const METHODS: readonly BecomeMethod[] = ['sudo', 'doas', 'su'];
