import { resolve } from 'node:path';
import { fail, ok, type Result } from '../domain/failure.ts';
import type { Host, Inventory } from '../domain/host.ts';
import { findInventory } from '../inventory/find-inventory.ts';
import { nodeInventoryIo } from '../inventory/node-inventory-io.ts';
import { readInventory } from '../inventory/read-inventory.ts';
import { selectHosts } from '../inventory/select-hosts.ts';
import type { TargetOptions } from './options.ts';
import type { World } from './world.ts';

/** Hosts as a command line names them. */
export interface Chosen {
  readonly inventory: Inventory;
  readonly hosts: readonly Host[];
  /** Which inventory was taken and why, when none was given. */
  readonly why?: string;
}

/** An inventory, and the names that `--limit` leaves of it. */
export interface ReadHosts {
  readonly inventory: Inventory;
  readonly limited: ReadonlySet<string>;
  readonly why?: string;
}

/** Reads the inventory and chooses the hosts of a run: `--hosts`, else the runbook's own pattern, narrowed by `--limit`. No host is an error. */
export async function chooseHosts(world: World, options: TargetOptions, standard: string | undefined): Promise<Result<Chosen>> {
  const pattern = options.hosts ?? standard;
  if (pattern === undefined) return fail('bad-input', 'the runbook names no hosts of its own', { hint: 'name them: --hosts PATTERN' });
  const read = await readSources(world, options);
  if (!read.ok) return read;
  const hosts = selectHosts(read.value.inventory, pattern, options.limit);
  return hosts.ok ? ok({ ...read.value, hosts: hosts.value }) : hosts;
}

/** Reads the inventory for a run whose hosts are known already. */
export async function readHosts(world: World, options: TargetOptions): Promise<Result<ReadHosts>> {
  const read = await readSources(world, options);
  if (!read.ok) return read;
  const limited = selectHosts(read.value.inventory, 'all', options.limit);
  return limited.ok ? ok({ ...read.value, limited: new Set(limited.value.map(({ name }) => name)) }) : limited;
}

async function readSources(
  world: World,
  { inventory: given }: TargetOptions,
): Promise<Result<{ readonly inventory: Inventory; readonly why?: string }>> {
  if (given !== undefined) {
    const inventory = await readInventory(
      given.map((source) => sourcePath(world, source)),
      nodeInventoryIo,
    );
    return inventory.ok ? ok({ inventory: inventory.value }) : inventory;
  }
  const found = await findInventory(world.env, nodeInventoryIo);
  if (!found.ok) return found;
  const { sources, why } = found.value;
  const inventory = await readInventory(sources, nodeInventoryIo);
  return inventory.ok ? ok({ inventory: inventory.value, why }) : inventory;
}

/** A list of hosts (`a,b,`) is no path. */
function sourcePath(world: World, source: string): string {
  return source.includes(',') ? source : resolve(world.cwd, source);
}
