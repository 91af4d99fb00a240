import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { baseTree } from './base-tree.ts';
import { run } from './commands.ts';
import { type HostRecipe, SystemdHost } from './systemd-host.ts';

/** What a test says of a host; the fleet adds address, keys and network. */
export interface HostWish {
  readonly files?: HostRecipe['files'];
  readonly enabled?: readonly string[];
}

/**
 * Real hosts on a bridge of their own (198.18.0.0/24, set aside by RFC 2544 for tests between networks). One fleet at a
 * time: names and addresses are fixed. All of it is gone when it is disposed of.
 */
export class TestFleet {
  readonly directory: string;
  readonly hosts: ReadonlyMap<string, SystemdHost>;

  private constructor(directory: string, hosts: ReadonlyMap<string, SystemdHost>) {
    this.directory = directory;
    this.hosts = hosts;
  }

  /** Lays out and boots hosts; resolves when all greet on port 22. */
  static async up(wishes: Readonly<Record<string, HostWish>>, packages: readonly string[] = []): Promise<TestFleet> {
    const base = await baseTree(packages);
    await takeLock();
    await sweep();
    mkdirSync(FLEETS, { recursive: true });
    const directory = mkdtempSync(join(FLEETS, 'f'));
    await bridgeUp();
    await run('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', 'test', '-f', join(directory, 'key')]);
    const authorizedKey = readFileSync(join(directory, 'key.pub'), 'utf8');
    const hosts = new Map<string, SystemdHost>();
    let number = 10;
    for (const [name, { files = {}, enabled = [] }] of Object.entries(wishes)) {
      number += 1;
      const recipe: HostRecipe = {
        name,
        address: `198.18.0.${number}`,
        base,
        workDirectory: directory,
        bridge: BRIDGE,
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
    const fleet = new TestFleet(directory, hosts);
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

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.hosts.values()].map((host) => host[Symbol.asyncDispose]()));
    await run('ip', ['link', 'del', BRIDGE]).catch(() => '');
    rmSync(this.directory, { recursive: true, force: true });
    rmSync(LOCK, { force: true });
  }
}

/** Hosts that boot at the same time. */
const BOOTING = 4;
const BRIDGE = 'rbk0';
const FLEETS = '/var/tmp/runbook-fleet';

const LOCK = '/var/tmp/runbook-fleet.lock';

/** One fleet at a time on a machine: waits for the process that has one, unless that is gone. */
async function takeLock(): Promise<void> {
  for (;;) {
    try {
      writeFileSync(LOCK, String(process.pid), { flag: 'wx' });
      return;
    } catch {
      const owner = ownerOf(LOCK);
      // Renamed first, since only one of those who wait can: a lock that another one has just taken is not removed.
      if (owner !== undefined && owner !== '' && !existsSync(`/proc/${owner}`)) discard(owner);
      else await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }
}

function ownerOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

function discard(owner: string): void {
  const aside = `${LOCK}.${process.pid}`;
  try {
    renameSync(LOCK, aside);
    // It was another one's after all: back it goes.
    if (ownerOf(aside) !== owner) renameSync(aside, LOCK);
    else rmSync(aside);
  } catch {
    // Somebody else was quicker.
  }
}

/** Clears away what a killed test run left: processes of its namespaces, mounts, directories. */
async function sweep(): Promise<void> {
  if (!existsSync(FLEETS)) return;
  for (const fleet of readdirSync(FLEETS)) {
    for (const name of readdirSync(join(FLEETS, fleet), { withFileTypes: true }).flatMap((entry) =>
      entry.isDirectory() ? [entry.name] : [],
    )) {
      const pids = await run('ip', ['netns', 'pids', name]).catch(() => '');
      await run('kill', ['-KILL', ...pids.split('\n').filter((pid) => pid !== '')]).catch(() => '');
      await run('umount', ['-l', join(FLEETS, fleet, name, 'root')]).catch(() => '');
      await run('ip', ['netns', 'del', name]).catch(() => '');
    }
    rmSync(join(FLEETS, fleet), { recursive: true, force: true });
  }
}

async function bridgeUp(): Promise<void> {
  await run('ip', ['link', 'del', BRIDGE]).catch(() => '');
  await run('ip', ['link', 'add', BRIDGE, 'type', 'bridge']);
  await run('ip', ['addr', 'add', '198.18.0.1/24', 'dev', BRIDGE]);
  await run('ip', ['link', 'set', BRIDGE, 'up']);
}
