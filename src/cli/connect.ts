import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import type { Fleet } from '../domain/access.ts';
import { fail, HostFault, ok, type Result } from '../domain/failure.ts';
import { type Host, type Inventory, looksSecret } from '../domain/host.ts';
import type { SecretRef, Target } from '../domain/transport.ts';
import type { GroupedInventory } from '../inventory/assemble.ts';
import type { InventoryPassword, SealedPassword } from '../inventory/connection-variables.ts';
import { createSecrets } from '../inventory/create-secrets.ts';
import { selectHosts } from '../inventory/select-hosts.ts';
import { holdsVaultText } from '../inventory/vault-envelope.ts';
import { labPaths } from '../lab/lab-state.ts';
import { createFleet, type KnownHost } from '../remote/fleet.ts';
import { posixHost } from '../remote/host-shell.ts';
import { createLocalTransport } from '../transport/local-transport.ts';
import { createOpensshTransport } from '../transport/openssh-transport.ts';
import { nodeSshConfigIo } from '../transport/ssh-config/node-io.ts';
import { openSshConfig } from '../transport/ssh-config/ssh-config.ts';
import { createWorkerTransport } from '../transport/worker-transport.ts';
import { askSecret } from './ask-secret.ts';
import { labDirectory } from './lab.ts';
import type { TargetOptions } from './options.ts';
import type { Screen } from './screen.ts';
import { sshTarget } from './ssh-target.ts';
import type { World } from './world.ts';

/** The ways to all hosts of a run. */
export interface Ways {
  readonly fleet: Fleet;
  /** How a host is reached, and the public keys that it shows, as blobs; nobody logs in. Throws `HostFault`. */
  hostKeys(host: Host): Promise<{ readonly target: Target; readonly shown: readonly Uint8Array[] }>;
  /** The host that an `on:` pattern names; `controller` is this machine. */
  hostFor(pattern: string): Result<Host>;
  close(): Promise<void>;
}

/**
 * A host without the passwords that the inventory gives it, and without all that was encrypted: what the engine, and so expressions, events and the journal,
 * get to see. The way to it is found by its name.
 */
export function withoutSecrets(host: Host): Host {
  const told = Object.entries(host.vars).filter(([name, value]) => !looksSecret(name) && !holdsVaultText(value));
  return { name: host.name, groups: host.groups, vars: Object.fromEntries(told) };
}

/** This machine, as a host that `on: controller` asks. */
const CONTROLLER: Host = { name: 'controller', groups: [], vars: {} };

/** The secret that `--ask-become-pass` asks for. */
const BECOME_PASSWORD: SecretRef = { secret: 'sudo password' };

/**
 * Puts the fleet together: targets by the inventory, secrets asked when they are needed, worker processes to hosts, a shell to this machine.
 * `known`: what hosts were when a plan was saved.
 */
export async function connect(
  world: World,
  options: TargetOptions,
  screen: Screen,
  inventory: GroupedInventory,
  known: ReadonlyMap<string, KnownHost> = new Map(),
): Promise<Ways> {
  const values = new Map<string, InventoryPassword>();
  const open = async ({ vault, of }: SealedPassword) => {
    const opened = await inventory.unsealer.vault(vault, of);
    if (!opened.ok) screen.refuse(opened.failure);
    return opened.ok ? opened.value : undefined;
  };
  const secrets = createSecrets({ values, open, ask: (name) => askSecret(world, screen, name) });
  const remembering = {
    async get(ref: SecretRef) {
      const secret = await secrets.get(ref);
      if (secret !== undefined) screen.conceal(secret);
      return secret;
    },
  };
  const defaults = options.askBecomePass ? { becomePassword: BECOME_PASSWORD } : {};
  const config = await openSshConfig(nodeSshConfigIo(world.env), {
    exec: options.sshMatchExec ? 'run' : 'refuse',
    ...(options.sshConfig === undefined ? {} : { file: options.sshConfig }),
  });
  // Asked before anything is drawn, not in the middle of a run.
  if (options.askBecomePass) await remembering.get(BECOME_PASSWORD);
  const listed = new Map(inventory.hosts.map((host) => [host.name, host]));
  const target = async (host: Host): Promise<Result<Target>> => {
    const found = await sshTarget(listed.get(host.name) ?? host, defaults, { config, exists: existsSync });
    if (!found.ok) return found;
    for (const [name, value] of Object.entries(found.value.secrets)) values.set(name, value);
    return ok(host.vars['runbook_lab'] === true ? labTarget(world, options, found.value.target) : found.value.target);
  };
  const nonce = () => randomBytes(16).toString('hex');
  const workers = createWorkerTransport({ secrets: remembering });
  const transport = options.transport === 'openssh' ? createOpensshTransport({ secrets: remembering }) : workers;
  const remote = createFleet({ transport, targetOf: target, nonce, known });
  const shell = { ...posixHost, path: world.env['PATH'] || '/usr/bin:/bin', ownHome: true as const };
  const local = createFleet({ transport: createLocalTransport(), targetOf: () => ok(localTarget(world)), nonce, shell });
  const opened = new Set<Host>();
  const way = (host: Host): Fleet => {
    opened.add(host);
    return host === CONTROLLER ? local : remote;
  };
  return {
    fleet: {
      read: (host, access) => way(host).read(host, access),
      write: (host, access) => way(host).write(host, access),
      close: (host) => way(host).close(host),
    },
    async hostKeys(host) {
      const found = await target(host);
      if (!found.ok) throw new HostFault(found.failure);
      return { target: found.value, shown: await workers.hostKeys(found.value) };
    },
    hostFor: (pattern) => hostFor(inventory, pattern),
    close: async () => {
      await Promise.all([...opened].map((host) => way(host).close(host)));
      await workers.close();
    },
  };
}

/** The first host of a pattern. A group or name that the inventory does not have is `not-found`: there is nobody to ask. */
export function hostFor(inventory: Inventory, pattern: string): Result<Host> {
  if (pattern === CONTROLLER.name) return ok(CONTROLLER);
  const group = pattern.replace(/\[.*$/, '');
  const known = inventory.groups.has(group) || inventory.hosts.some(({ name }) => name === group);
  if (!known && !/[:,&!*?~]/.test(pattern)) return fail('not-found', `the inventory has no group or host ${group}`);
  const isEmpty = inventory.groups.get(group)?.length === 0;
  if (isEmpty) return fail('not-found', `${group} is empty in the inventory`);
  const hosts = selectHosts(inventory, pattern);
  // Somebody is there to be asked, and it is not who was meant: a mistake, and nothing that an inventory may lack.
  if (!hosts.ok) return !known ? hosts : fail('bad-params', `the host to ask: ${hosts.failure.message}`);
  const [first] = hosts.value;
  return first ? ok(withoutSecrets(first)) : fail('bad-params', `the host to ask: ${pattern} leaves nobody`);
}

/** The practice fleet makes its keys anew; its shipped inventory only says that it is the practice fleet. */
function labTarget(world: World, { stateDir }: TargetOptions, target: Target): Target {
  const paths = labPaths(labDirectory(world, stateDir));
  if (!existsSync(paths.clientKey)) return target;
  return { ...target, identityFiles: [paths.clientKey], knownHostsFiles: [paths.knownHosts] };
}

function localTarget({ user }: World): Target {
  return {
    host: CONTROLLER.name,
    address: 'localhost',
    port: 0,
    user,
    identityFiles: [],
    knownHostsFiles: [],
    connectTimeoutMs: 10_000,
    keepAliveMs: 0,
    become: { enabled: false, user },
  };
}
