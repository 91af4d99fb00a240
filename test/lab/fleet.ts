import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { baseTree } from './base-tree.ts';
import { run } from './commands.ts';
import { type Lock, takeAny } from './lock.ts';
import { type HostRecipe, SystemdHost } from './systemd-host.ts';

/** What a test says of a host; the fleet adds address, keys and network. */
export interface HostWish {
  readonly files?: HostRecipe['files'];
  readonly enabled?: readonly string[];
}

/**
 * Real hosts on a bridge of their own (198.18.0.0/15 is set aside by RFC 2544 for tests between networks). There are a few places for
 * fleets on a machine, each with its own bridge and addresses; who finds none free waits. All of it is gone when it is disposed of.
 */
export class TestFleet {
  readonly directory: string;
  readonly hosts: ReadonlyMap<string, SystemdHost>;
  /** An address of the fleet's network at which nobody answers. */
  readonly nowhere: string;
  readonly #lock: Lock;

  private constructor(directory: string, hosts: ReadonlyMap<string, SystemdHost>, lock: Lock) {
    this.directory = directory;
    this.hosts = hosts;
    this.nowhere = `${network(lock.place)}.99`;
    this.#lock = lock;
  }

  /** Lays out and boots hosts; resolves when all greet on port 22. */
  static async up(wishes: Readonly<Record<string, HostWish>>, packages: readonly string[] = []): Promise<TestFleet> {
    const base = await baseTree(packages);
    const lock = await takeAny(PLACES.map((place) => `${FLEETS}.${place}.lock`));
    await sweep(lock.place);
    mkdirSync(fleetsOf(lock.place), { recursive: true });
    const directory = mkdtempSync(join(fleetsOf(lock.place), 'f'));
    await bridgeUp(lock.place);
    await run('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', 'test', '-f', join(directory, 'key')]);
    const authorizedKey = readFileSync(join(directory, 'key.pub'), 'utf8');
    const hosts = new Map<string, SystemdHost>();
    let number = 10;
    for (const [name, { files = {}, enabled = [] }] of Object.entries(wishes)) {
      number += 1;
      const recipe: HostRecipe = {
        name,
        address: `${network(lock.place)}.${number}`,
        base,
        workDirectory: directory,
        bridge: bridge(lock.place),
        namespace: `${namespaces(lock.place)}${name}`,
        link: `rbk${lock.place}v${number}`,
        authorizedKey,
        files,
        enabled,
      };
      hosts.set(name, await SystemdHost.create(recipe));
    }
    // All at once they would starve each other until their own limits are over.
    const waiting = [...hosts.values()];
    await Promise.all(
      Array.from({ length: BOOTING }, async () => {
        for (let host = waiting.shift(); host; host = waiting.shift()) await host.boot();
      }),
    );
    const fleet = new TestFleet(directory, hosts, lock);
    writeFileSync(fleet.knownHosts, [...hosts.values()].map((host) => host.knownHostsLine).join(''));
    return fleet;
  }

  get key(): string {
    return join(this.directory, 'key');
  }

  get knownHosts(): string {
    return join(this.directory, 'known_hosts');
  }

  host(name: string): SystemdHost {
    const host = this.hosts.get(name);
    if (!host) throw new Error(`the fleet has no host ${name}`);
    return host;
  }

  /** Gives a host an IPv6 address on the fleet's bridge, besides that of IPv4, and tells it. */
  async giveIpv6(name: string): Promise<string> {
    const { place } = this.#lock;
    // Addresses of one's own (RFC 4193). Nobody else is there to have them: nothing to wait for.
    const at = (number: string) => `fd00:198:18:${place + 1}::${number}`;
    await run('ip', ['addr', 'replace', `${at('1')}/64`, 'dev', bridge(place), 'nodad']);
    const address = at(this.host(name).address.split('.').at(-1) ?? '');
    await run('ip', ['-n', `${namespaces(place)}${name}`, 'addr', 'add', `${address}/64`, 'dev', 'host0', 'nodad']);
    return address;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.hosts.values()].map((host) => host[Symbol.asyncDispose]()));
    await run('ip', ['link', 'del', bridge(this.#lock.place)]).catch(() => '');
    rmSync(this.directory, { recursive: true, force: true });
    this.#lock.release();
  }
}

/** Hosts that boot at the same time. */
const BOOTING = 4;
const FLEETS = '/var/tmp/runbook-fleet';
const PLACES = [0, 1];

const bridge = (place: number) => `rbk${place}`;
const network = (place: number) => `198.18.${place}`;
const namespaces = (place: number) => `rbk${place}-`;
const fleetsOf = (place: number) => join(FLEETS, String(place));

/** Clears away what a killed test run left in a place: processes of its namespaces, mounts, directories. */
async function sweep(place: number): Promise<void> {
  const left = (await run('ip', ['netns', 'list'])).split('\n').map((line) => line.split(' ')[0] ?? '');
  for (const name of left.filter((each) => each.startsWith(namespaces(place)))) {
    const pids = await run('ip', ['netns', 'pids', name]).catch(() => '');
    await run('kill', ['-KILL', ...pids.split('\n').filter((pid) => pid !== '')]).catch(() => '');
    await run('ip', ['netns', 'del', name]).catch(() => '');
  }
  const mounts = readFileSync('/proc/self/mounts', 'utf8').split('\n');
  for (const line of mounts.filter((each) => each.split(' ')[1]?.startsWith(`${fleetsOf(place)}/`))) {
    await run('umount', ['-l', line.split(' ')[1] ?? '']).catch(() => '');
  }
  rmSync(fleetsOf(place), { recursive: true, force: true });
}

async function bridgeUp(place: number): Promise<void> {
  await run('ip', ['link', 'del', bridge(place)]).catch(() => '');
  await run('ip', ['link', 'add', bridge(place), 'type', 'bridge']);
  await run('ip', ['addr', 'add', `${network(place)}.1/24`, 'dev', bridge(place)]);
  await run('ip', ['link', 'set', bridge(place), 'up']);
}
