import { existsSync } from 'node:fs';
import type { OverSsh } from '../domain/event.ts';
import { ok, type Result } from '../domain/failure.ts';
import type { Host, Inventory } from '../domain/host.ts';
import type { Target } from '../domain/transport.ts';
import type { InventoryPassword } from '../inventory/connection-variables.ts';
import type { RequestDefaults } from '../inventory/ssh-request.ts';
import { labPaths } from '../lab/lab-state.ts';
import { AgentCertificates } from '../transport/agent-client.ts';
import { KnownHostsReader } from '../transport/host-key-check.ts';
import { localKeyFiles } from '../transport/local-key-files.ts';
import { nodeSshConfigIo } from '../transport/ssh-config/node-io.ts';
import { openSshConfig } from '../transport/ssh-config/ssh-config.ts';
import { type Client, chooseClient, groupNeeds, type HostNeed } from './choose-client.ts';
import { labDirectory } from './lab.ts';
import { checkLab, isOfLab } from './lab-host.ts';
import type { TargetOptions } from './options.ts';
import { type Newcomer, type SshHere, sshTarget, type TargetWithSecrets } from './ssh-target.ts';
import type { World } from './world.ts';

/** The way to a host, and who goes it. */
export interface Way extends Pick<TargetWithSecrets, 'target' | 'remembered' | 'acceptNew' | 'unchecked'> {
  readonly client: Client;
}

/** A newcomer, and who goes the way to it. */
export interface MetNewcomer extends Newcomer {
  readonly client: Client;
}

/** Finds the ways to hosts, each once. */
export interface WayFinder {
  /** Fails for what inventory and configuration say of a host and cannot be done. No host is asked. */
  find(host: Host): Promise<Result<Way>>;
  /** Of these hosts, those that ask for what the built-in client lacks, in groups; by whichever client they are reached. */
  needs(hosts: readonly Host[], client: Client): Promise<readonly OverSsh[]>;
  /** Those whose configuration says that host keys are not checked, by the place that says it. They are checked. */
  unchecked(hosts: readonly Host[]): Promise<readonly OverSsh[]>;
  /** Servers on the ways to these hosts whose first key may be taken. */
  newcomers(hosts: readonly Host[]): Promise<readonly MetNewcomer[]>;
}

/** What ways are found by. */
export interface WaySources {
  readonly inventory: Inventory;
  readonly defaults: RequestDefaults;
  /** Passwords of the inventory come here, by the names under which targets refer to them. */
  readonly passwords: Map<string, InventoryPassword>;
}

/** Opens ssh's configuration for the ways of a run. */
export async function wayFinder(world: World, options: TargetOptions, { inventory, defaults, passwords }: WaySources): Promise<WayFinder> {
  const config = await openSshConfig(nodeSshConfigIo(world.env), {
    exec: options.sshMatchExec ? 'run' : 'refuse',
    ...(options.sshConfig === undefined ? {} : { file: options.sshConfig }),
  });
  const here: SshHere = { config, keys: localKeyFiles(), knownHosts: new KnownHostsReader(), agents: new AgentCertificates() };
  const listed = new Map(inventory.hosts.map((host) => [host.name, host]));
  const needs = new Map<string, HostNeed & { readonly client: Client }>();
  const ways = new Map<string, Promise<Result<Way>>>();

  async function look(host: Host): Promise<Result<Way>> {
    const clear = checkLab(host);
    if (!clear.ok) return clear;
    const { ansible, ...own } = defaults;
    const found = await sshTarget(listed.get(host.name) ?? host, isOfLab(host) ? own : defaults, here);
    if (!found.ok) return found;
    const { target, secrets, need, ...rest } = found.value;
    for (const [name, value] of Object.entries(secrets)) passwords.set(name, value);
    if (isOfLab(host)) return ok({ ...labWay(world, options, target), client: options.transport === 'openssh' ? 'openssh' : 'ssh2' });
    const client = chooseClient(options.transport ?? 'auto', found.value);
    if (!client.ok) return client;
    if (need !== undefined) needs.set(host.name, { host: host.name, need, client: client.value });
    return ok({ ...rest, target, client: client.value });
  }

  function find(host: Host): Promise<Result<Way>> {
    const way = ways.get(host.name) ?? look(host);
    ways.set(host.name, way);
    return way;
  }

  return {
    find,
    async needs(hosts, client) {
      await Promise.all(hosts.map(find));
      const asking = hosts.flatMap(({ name }) => needs.get(name) ?? []);
      return groupNeeds(
        asking.filter((one) => one.client === client),
        world.home,
      );
    },
    async unchecked(hosts) {
      const found = await Promise.all(hosts.map(async (host) => ({ host, way: await find(host) })));
      const said = found.flatMap(({ host, way }): readonly HostNeed[] => {
        const at = way.ok ? way.value.unchecked : undefined;
        return at === undefined ? [] : [{ host: host.name, need: { what: 'StrictHostKeyChecking', at, isDefault: false } }];
      });
      return groupNeeds(said, world.home);
    },
    async newcomers(hosts) {
      const found = await Promise.all(hosts.map(find));
      return found.flatMap((way) => {
        if (!way.ok) return [];
        const { acceptNew = [], client } = way.value;
        return acceptNew.map((newcomer) => ({ ...newcomer, client }));
      });
    },
  };
}

/** The practice fleet makes its keys anew; its shipped inventory only says that it is the practice fleet. */
function labWay(world: World, { stateDir }: TargetOptions, target: Target): Pick<Way, 'target' | 'remembered'> {
  const paths = labPaths(labDirectory(world, stateDir));
  if (!existsSync(paths.clientKey)) return { target };
  const file = paths.knownHosts;
  return { target: { ...target, identityFiles: [paths.clientKey], knownHostsFiles: [file] }, remembered: { file, hashed: false } };
}
