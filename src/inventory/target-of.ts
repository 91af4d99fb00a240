import { fail, ok, type Result } from '../domain/failure.ts';
import type { Host } from '../domain/host.ts';
import type { Become, BecomeMethod, Endpoint, SecretRef, Target } from '../domain/transport.ts';
import { type ConnectionSources, connectionSources, effective } from './connection-sources.ts';
import { type InventoryPassword, refuseVariable, type Setting, truthOf } from './connection-variables.ts';
import { addressFault, bareAddress, userFault } from './login-name.ts';
import { identityFilesOf, knownHostsOf } from './target-paths.ts';
import { wayThere } from './way-there.ts';

/** What holds for a host whose inventory does not say otherwise. */
export interface TargetDefaults {
  readonly user: string;
  readonly identityFiles: readonly string[];
  /** Path of the agent's socket. */
  readonly agent?: string;
  readonly knownHostsFiles: readonly string[];
  readonly connectTimeoutMs: number;
  readonly keepAliveMs: number;
  /** What `~/` in paths stands for. */
  readonly home?: string;
  readonly port?: number;
  readonly become?: boolean;
  readonly becomeUser?: string;
  /** Where the passwords come from when the inventory has none, for example from asking. */
  readonly password?: SecretRef;
  readonly becomePassword?: SecretRef;
}

/** How to reach a host, and the inventory's passwords under the names by which the target refers to them. */
export interface TargetWithSecrets {
  readonly target: Target;
  readonly secrets: Readonly<Record<string, InventoryPassword>>;
}

function portOf(sources: ConnectionSources, otherwise: number): Result<number> {
  const setting = effective(sources, 'port', sources.settings.port);
  if (setting === undefined) return ok(otherwise);
  const port = /^[0-9]+$/.test(String(setting.value)) ? Number(setting.value) : 0;
  if (port >= 1 && port <= 65_535) return ok(port);
  return refuseVariable(sources.host, setting.variable, `is no port: "${setting.value}"`, 'a port is a number from 1 to 65535');
}

function timeoutOf(sources: ConnectionSources, otherwise: number): Result<number> {
  const setting = effective(sources, 'connectTimeout', sources.settings.connectTimeout);
  if (setting === undefined) return ok(otherwise);
  const seconds = /^[0-9]+(\.[0-9]+)?$/.test(String(setting.value)) ? Number(setting.value) : 0;
  if (seconds > 0 && seconds <= 86_400) return ok(Math.round(seconds * 1_000));
  return refuseVariable(sources.host, setting.variable, `is no time in seconds: "${setting.value}"`);
}

function userOf(sources: ConnectionSources, otherwise: string): Result<string> {
  const setting = effective(sources, 'user', sources.settings.user);
  const user = String(setting?.value ?? otherwise);
  const fault = userFault(user);
  if (fault === undefined) return ok(user);
  return refuseVariable(sources.host, setting?.variable ?? 'the user', `cannot be a user: "${user}" ${fault}`);
}

function addressOf({ host, settings }: ConnectionSources): Result<string> {
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

function becomeOf({ host, settings }: ConnectionSources, defaults: TargetDefaults, password: SecretRef | undefined): Result<Become> {
  const enabled = settings.become === undefined ? (defaults.become ?? false) : truthOf(settings.become);
  if (enabled === undefined) return refuseVariable(host, 'ansible_become', `is neither yes nor no: "${settings.become?.value}"`);
  const user = String(settings.becomeUser?.value ?? defaults.becomeUser ?? 'root');
  const fault = userFault(user);
  if (fault !== undefined)
    return refuseVariable(host, settings.becomeUser?.variable ?? 'the become user', `cannot be a user: "${user}" ${fault}`);
  const method = methodOf(settings.becomeMethod);
  if (method === undefined) {
    const why = `is "${settings.becomeMethod?.value}", but only sudo, doas and su are supported`;
    return refuseVariable(host, 'ansible_become_method', why);
  }
  return ok({ enabled, user, ...(method === 'sudo' ? {} : { method }), ...(password === undefined ? {} : { password }) });
}

/** As Ansible names them; undefined for one that is not supported. */
function methodOf(setting: Setting | undefined): BecomeMethod | undefined {
  const name = String(setting?.value ?? 'sudo').replace(/^(ansible\.builtin|community\.general)\./, '');
  return METHODS.find((method) => method === name);
}

const METHODS: readonly BecomeMethod[] = ['sudo', 'doas', 'su'];

/** A jump host of which no more is known than its name: what is said for the host behind it is not said of it. */
function jumpDefaults({ user, identityFiles, agent, knownHostsFiles, connectTimeoutMs, keepAliveMs }: TargetDefaults): Endpoint {
  const common = { user, identityFiles, knownHostsFiles, connectTimeoutMs, keepAliveMs };
  return { ...common, host: '', address: '', port: 22, ...(agent === undefined ? {} : { agent }) };
}

/**
 * How to reach a host, from its connection variables. What they ask for is done or refused by name, never ignored. Passwords leave the
 * inventory as named secrets (`inventory:HOST:login`, `inventory:HOST:become`), for `createSecrets`.
 */
export function targetOf(host: Host, defaults: TargetDefaults): Result<TargetWithSecrets> {
  const sources = connectionSources(host);
  if (!sources.ok) return sources;
  const address = addressOf(sources.value);
  if (!address.ok) return address;
  const port = portOf(sources.value, defaults.port ?? 22);
  if (!port.ok) return port;
  const user = userOf(sources.value, defaults.user);
  if (!user.ok) return user;
  const connectTimeoutMs = timeoutOf(sources.value, defaults.connectTimeoutMs);
  if (!connectTimeoutMs.ok) return connectTimeoutMs;
  const identityFiles = identityFilesOf(sources.value, defaults);
  if (!identityFiles.ok) return identityFiles;
  const knownHostsFiles = knownHostsOf(sources.value, defaults);
  if (!knownHostsFiles.ok) return knownHostsFiles;
  const { settings } = sources.value;
  const login = passwordOf(`inventory:${host.name}:login`, settings.password, defaults.password);
  const sudo = passwordOf(`inventory:${host.name}:become`, settings.becomePassword, defaults.becomePassword);
  const become = becomeOf(sources.value, defaults, sudo.reference);
  if (!become.ok) return become;
  const endpoint: Endpoint = {
    host: host.name,
    address: address.value,
    port: port.value,
    user: user.value,
    identityFiles: identityFiles.value,
    ...(defaults.agent === undefined ? {} : { agent: defaults.agent }),
    ...(login.reference === undefined ? {} : { password: login.reference }),
    knownHostsFiles: knownHostsFiles.value,
    connectTimeoutMs: connectTimeoutMs.value,
    keepAliveMs: defaults.keepAliveMs,
  };
  const way = wayThere(sources.value, endpoint, jumpDefaults(defaults));
  if (!way.ok) return way;
  const target: Target = { ...endpoint, ...way.value, become: become.value };
  return ok({ target, secrets: { ...login.secrets, ...sudo.secrets } });
}
