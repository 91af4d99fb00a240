import type { Host } from '../domain/host.ts';
import type { Json, JsonObject } from '../domain/json.ts';
import { MASKED } from '../domain/secret.ts';
import type { GroupedInventory } from './assemble.ts';

/** All variables of a host, those of encrypted files masked; `!vault` values stay encrypted, as Ansible prints them. */
export function shownVariables({ vars, secrets = new Map() }: Host): JsonObject {
  return { ...vars, ...Object.fromEntries(Array.from(secrets.keys(), (name) => [name, MASKED])) };
}

/** One group as it is listed: what it names itself, and nothing where there is nothing; `all` never lists hosts. */
function groupEntry(inventory: GroupedInventory, name: string, shown: ReadonlySet<string>): JsonObject {
  const { hosts, children } = inventory.members.get(name) ?? { hosts: [], children: [] };
  const listed = name === 'all' ? [] : hosts.filter((host) => shown.has(host));
  return {
    ...(listed.length === 0 ? {} : { hosts: listed }),
    ...(children.length === 0 ? {} : { children }),
  };
}

/**
 * What `ansible-inventory --list` prints for the same sources, of the hosts that are shown. Variables in plain text are there as they are,
 * passwords included; those of files that were encrypted are masked.
 */
export function ansibleListing(inventory: GroupedInventory, shown: ReadonlySet<string>): JsonObject {
  const listing = new Map<string, Json>();
  const hosts = inventory.hosts.filter((host) => shown.has(host.name)).map((host) => [host.name, shownVariables(host)] as const);
  listing.set('_meta', { hostvars: Object.fromEntries(hosts.filter(([, vars]) => Object.keys(vars).length > 0)) });
  for (const name of inventory.groups.keys()) {
    const entry = groupEntry(inventory, name, shown);
    if (Object.keys(entry).length > 0) listing.set(name, entry);
  }
  return Object.fromEntries(listing);
}
