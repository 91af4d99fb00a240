import type { Json, JsonObject } from '../domain/json.ts';
import type { GroupedInventory } from './assemble.ts';

/** One group as it is listed: what it names itself, and nothing where there is nothing; `all` never lists hosts. */
function groupEntry(inventory: GroupedInventory, name: string): JsonObject {
  const { hosts, children } = inventory.members.get(name) ?? { hosts: [], children: [] };
  return {
    ...(hosts.length === 0 || name === 'all' ? {} : { hosts }),
    ...(children.length === 0 ? {} : { children }),
  };
}

/** What `ansible-inventory --list` prints for the same sources. Variables are printed as they are, passwords included. */
export function ansibleListing(inventory: GroupedInventory): JsonObject {
  const listing = new Map<string, Json>();
  const hosts = inventory.hosts.filter((host) => Object.keys(host.vars).length > 0);
  listing.set('_meta', { hostvars: Object.fromEntries(hosts.map((host) => [host.name, host.vars])) });
  for (const name of inventory.groups.keys()) {
    const entry = groupEntry(inventory, name);
    if (Object.keys(entry).length > 0) listing.set(name, entry);
  }
  return Object.fromEntries(listing);
}
