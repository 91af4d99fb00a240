import { dirname, resolve } from 'node:path';
import { fail, ok, type Result } from '../domain/failure.ts';
import type { Host, Inventory } from '../domain/host.ts';
import type { Runbook } from '../domain/runbook.ts';
import type { GroupedInventory } from '../inventory/assemble.ts';
import { expandLimit } from '../inventory/expand-limit.ts';
import { findAnsibleWay } from '../inventory/find-ansible-way.ts';
import { findInventory } from '../inventory/find-inventory.ts';
import { nodeInventoryIo } from '../inventory/node-inventory-io.ts';
import { readInventory } from '../inventory/read-inventory.ts';
import { selectHosts } from '../inventory/select-hosts.ts';
import { hanging } from '../ui/page.ts';
import type { InventoryOptions, SourceOptions, TargetOptions } from './options.ts';
import type { Screen } from './screen.ts';
import { unsealerOf, unsealPasswords } from './unseal.ts';
import type { World } from './world.ts';

/** The inventory, and the hosts of a run. */
export interface Chosen {
  readonly inventory: GroupedInventory;
  readonly hosts: readonly Host[];
}

/** The directory of a runbook, whose `group_vars` and `host_vars` are read as well. */
export function directoryOf({ cwd }: World, { path }: Pick<Runbook, 'path'>): string {
  return resolve(cwd, dirname(path));
}

/** Reads the inventory and chooses the hosts of a run: `--hosts`, else the runbook's own pattern, narrowed by `--limit`. No host is an error. */
export async function chooseHosts(
  world: World,
  screen: Screen,
  options: TargetOptions,
  runbook: Pick<Runbook, 'hosts' | 'path'>,
): Promise<Result<Chosen>> {
  const pattern = options.hosts ?? runbook.hosts;
  if (pattern === undefined) return fail('bad-input', 'the runbook names no hosts of its own', { hint: 'name them: --hosts PATTERN' });
  return chosen(await readSources(world, screen, options, directoryOf(world, runbook)), pattern, options);
}

/** Reads the inventory and chooses hosts where there is no runbook: those of a pattern, narrowed by `--limit`. No host is an error. */
export async function chooseByPattern(
  world: World,
  screen: Screen,
  options: TargetOptions,
  pattern: string | undefined,
): Promise<Result<Chosen>> {
  const { hosts } = options;
  if (pattern !== undefined && hosts !== undefined) {
    return fail('bad-input', `hosts are named twice: ${pattern}, and --hosts ${hosts}`, { hint: 'name them once; -l narrows' });
  }
  return chosen(await readSources(world, screen, options, undefined), hosts ?? pattern ?? 'all', options);
}

async function chosen(read: Result<GroupedInventory>, pattern: string, { limit }: TargetOptions): Promise<Result<Chosen>> {
  if (!read.ok) return read;
  const inventory = read.value;
  const hosts = await selected(inventory, pattern, limit);
  if (!hosts.ok) return hosts;
  const opened = await unsealPasswords(inventory, hosts.value);
  return opened.ok ? ok({ inventory, hosts: hosts.value }) : opened;
}

/** The names that `--hosts` and `--limit` leave of an inventory; undefined: neither is given. */
export async function limitedNames(
  inventory: Inventory,
  { hosts: pattern, limit }: TargetOptions,
): Promise<Result<ReadonlySet<string> | undefined>> {
  if (pattern === undefined && limit === undefined) return ok(undefined);
  const hosts = await selected(inventory, pattern ?? 'all', limit);
  return hosts.ok ? ok(new Set(hosts.value.map(({ name }) => name))) : hosts;
}

/** The sources that were given, or those that are found, and then where. */
export async function sourcesOf(
  { env }: World,
  { inventory: given }: SourceOptions,
): Promise<Result<{ readonly sources: readonly string[]; readonly why?: string }>> {
  return given ? ok({ sources: given }) : findInventory(env, nodeInventoryIo);
}

/**
 * Reads the inventory that was given, or the one that is found, the variables beside the runbook where there is one, and what Ansible's
 * configuration says of all hosts. Tells
 * which one was taken when none was given, and what in it looks wrong, so that it is known whatever comes of it.
 */
export async function readSources(
  world: World,
  screen: Screen,
  options: InventoryOptions,
  runbookDirectory: string | undefined,
): Promise<Result<GroupedInventory>> {
  const found = await sourcesOf(world, options);
  if (!found.ok) return found;
  const { sources, why } = found.value;
  const tell = (note: string) => screen.tell(hanging(screen.err, 0, '', screen.err.say(note)));
  if (why !== undefined) tell(`inventory: ${sources.join(', ')} (${why})`);
  const inventory = await readInventory(sources, nodeInventoryIo, {
    unsealer: unsealerOf(world, screen, options),
    ...(runbookDirectory === undefined ? {} : { runbookDirectory }),
  });
  if (!inventory.ok) return inventory;
  for (const warning of inventory.value.warnings) tell(warning);
  const ansible = await findAnsibleWay(world.env, nodeInventoryIo);
  return ansible.ok ? ok({ ...inventory.value, ansible: ansible.value }) : ansible;
}

/** Reads the inventory, and finds the one host of it that has a name. */
export async function readHost(
  world: World,
  screen: Screen,
  options: TargetOptions,
  name: string,
): Promise<Result<{ readonly inventory: GroupedInventory; readonly host: Host }>> {
  const read = await readSources(world, screen, options, undefined);
  if (!read.ok) return read;
  const inventory = read.value;
  const host = inventory.hosts.find((one) => one.name === name);
  if (host === undefined) return fail('not-found', `the inventory has no host ${name}`);
  const opened = await unsealPasswords(inventory, [host]);
  return opened.ok ? ok({ inventory, host }) : opened;
}

async function selected(inventory: Inventory, pattern: string, limit: string | undefined): Promise<Result<readonly Host[]>> {
  const limits = limit === undefined ? ok(undefined) : await expandLimit(limit, nodeInventoryIo);
  return limits.ok ? selectHosts(inventory, pattern, limits.value) : limits;
}
