import { randomBytes } from 'node:crypto';
import type { Fleet } from '../domain/access.ts';
import type { OverSsh } from '../domain/event.ts';
import { fail, HostFault, ok, type Result } from '../domain/failure.ts';
import { type Host, type Inventory, looksSecret } from '../domain/host.ts';
import type { SecretRef, Target, Transport } from '../domain/transport.ts';
import type { GroupedInventory } from '../inventory/assemble.ts';
import type { InventoryPassword, SealedPassword } from '../inventory/connection-variables.ts';
import { createSecrets } from '../inventory/create-secrets.ts';
import { selectHosts } from '../inventory/select-hosts.ts';
import { holdsVaultText } from '../inventory/vault-envelope.ts';
import { createFleet, type KnownHost } from '../remote/fleet.ts';
import { posixHost } from '../remote/host-shell.ts';
import { createLocalTransport } from '../transport/local-transport.ts';
import { ledThroughHops } from '../transport/openssh-arguments.ts';
import { createOpensshTransport } from '../transport/openssh-transport.ts';
import { createWorkerTransport } from '../transport/worker-transport.ts';
import type { HostKeysOf } from './accept-new.ts';
import { askSecret } from './ask-secret.ts';
import { type Way, wayFinder } from './find-way.ts';
import { isOfLab } from './lab-host.ts';
import type { TargetOptions } from './options.ts';
import type { Screen } from './screen.ts';
import { tellAnsible } from './tell-ansible.ts';
import { tellWays } from './tell-ways.ts';
import type { World } from './world.ts';

/** The ways to all hosts of a run. */
export interface Ways {
  readonly fleet: Fleet;
  /** Of the hosts that it is for, those that go over the `ssh` of this machine since they ask for that. */
  readonly overSsh: readonly OverSsh[];
  /** How a host is reached, and the public keys that it shows, as blobs; nobody logs in to it. Throws `HostFault`. */
  hostKeys(host: Host): Promise<Pick<Way, 'target' | 'remembered'> & { readonly shown: readonly Uint8Array[] }>;
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

/** What the ways are for. */
export interface ConnectOptions {
  /** What hosts were when a plan was saved. */
  readonly known?: ReadonlyMap<string, KnownHost>;
  /** Hosts are only read, by the login that is for that where there is one. */
  readonly planning?: boolean;
}

/** The secret that `--ask-become-pass` asks for. */
const BECOME_PASSWORD: SecretRef = { secret: 'sudo password' };

/**
 * Puts the fleet together: targets by the inventory, secrets asked when they are needed, worker processes to hosts, a shell to this machine.
 * `hosts`: those that it is for; it is told which of them go over the `ssh` of this machine.
 */
export async function connect(
  world: World,
  options: TargetOptions,
  screen: Screen,
  inventory: GroupedInventory,
  hosts: readonly Host[],
  { known = new Map(), planning = false }: ConnectOptions = {},
): Promise<Ways> {
  const values = new Map<string, InventoryPassword>();
  const open = async ({ vault, of }: SealedPassword) => {
    const opened = await inventory.unsealer.vault(vault, of);
    if (!opened.ok) screen.refuse(opened.failure);
    return opened.ok ? opened.value : undefined;
  };
  // One question at a time, whichever host or key it is for.
  let asked: Promise<unknown> = Promise.resolve();
  const ask = (name: string, question?: SecretRef['question']): Promise<string | undefined> => {
    const answer = asked.then(() => askSecret(world, screen, name, question?.echo));
    asked = answer;
    return answer;
  };
  const secrets = createSecrets({ values, open, ask });
  const remembering = {
    async get(ref: SecretRef) {
      const secret = await secrets.get(ref);
      // An answer to a host may be "1", and is of no use a second time.
      if (secret !== undefined && ref.question === undefined) screen.conceal(secret);
      return secret;
    },
  };
  const { planUser, sshConfig = inventory.ansible?.sshConfig } = options;
  const { ansible } = inventory;
  tellAnsible(screen, ansible, hosts);
  // Whoever only plans by another login has no use for it, and nobody is asked on the word of a file when no host is.
  const isAskedFor = ansible?.askBecomePassword === true && planUser === undefined && !hosts.every(isOfLab);
  const askBecomePass = options.askBecomePass === true || isAskedFor;
  const defaults = {
    ...(ansible === undefined ? {} : { ansible }),
    ...(askBecomePass ? { becomePassword: BECOME_PASSWORD } : {}),
    ...(planning ? { planning: planUser === undefined ? {} : { user: planUser } } : {}),
  };
  const ways = await wayFinder(
    world,
    { ...options, ...(sshConfig === undefined ? {} : { sshConfig }) },
    { inventory, defaults, passwords: values },
  );
  // Asked before anything is drawn, not in the middle of a run.
  if (askBecomePass) await remembering.get(BECOME_PASSWORD);
  const nonce = () => randomBytes(16).toString('hex');
  const workers = createWorkerTransport({ secrets: remembering });
  // Hops that the built-in client may not be able to log in to are left to ssh; the key exchange is made here.
  const hostKeysOf: HostKeysOf = (way) => workers.hostKeys(way.client === 'openssh' ? ledThroughHops(way.target, sshConfig) : way.target);
  const tellOf = (those: readonly Host[], to: Screen) => tellWays(world, to, options.transport ?? 'auto', ways, those, hostKeysOf);
  const overSsh = await tellOf(hosts, screen);
  // Whom a step asks with `on:` is known when it is asked: it is met then, before anybody logs in.
  const met = new Map<string, Promise<void>>(hosts.map(({ name }) => [name, Promise.resolve()]));
  const meet = async (host: Host) => {
    const lines: string[] = [];
    await tellOf([host], { ...screen, tell: (more) => void lines.push(...more) });
    if (lines.length === 0) return;
    await screen.aside(async () => screen.tell(lines));
  };
  const sshHosts = new Set<string>();
  const openssh = createOpensshTransport({
    secrets: remembering,
    ...(sshConfig === undefined ? {} : { configFile: sshConfig }),
  });
  const target = async (host: Host): Promise<Result<Target>> => {
    const found = await ways.find(host);
    if (!found.ok) return found;
    const meeting = met.get(host.name) ?? meet(host);
    met.set(host.name, meeting);
    await meeting;
    if (found.value.client === 'openssh') sshHosts.add(found.value.target.host);
    return ok(found.value.target);
  };
  const transport: Transport = { connect: (to, first) => (sshHosts.has(to.host) ? openssh : workers).connect(to, first) };
  const remote = createFleet({ transport, targetOf: target, nonce, known });
  const shell = { ...posixHost, path: world.env['PATH'] || '/usr/bin:/bin', ownHome: true as const };
  const local = createFleet({ transport: createLocalTransport(), targetOf: () => ok(localTarget(world)), nonce, shell });
  const opened = new Set<Host>();
  const fleetOf = (host: Host): Fleet => {
    opened.add(host);
    return host === CONTROLLER ? local : remote;
  };
  return {
    overSsh,
    fleet: {
      read: (host, access) => fleetOf(host).read(host, access),
      write: (host, access) => fleetOf(host).write(host, access),
      close: (host) => fleetOf(host).close(host),
    },
    async hostKeys(host) {
      const found = await ways.find(host);
      if (!found.ok) throw new HostFault(found.failure);
      return { ...found.value, shown: await hostKeysOf(found.value) };
    },
    hostFor: (pattern) => hostFor(inventory, pattern),
    close: async () => {
      await Promise.all([...opened].map((host) => fleetOf(host).close(host)));
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
