import { type Failure, ok, type Result } from '../domain/failure.ts';
import type { GroupLimit } from '../engine/roll-out.ts';
import { hostsIn } from '../engine/waves.ts';
import type { GroupedInventory } from '../inventory/assemble.ts';
import { limitedGroups, protectedHosts } from '../inventory/rollout-variables.ts';
import { GUARD_DEFAULT, type GuardOptions } from './options.ts';

/** What stands between a plan and the question whether to carry it out. */
export interface Guard {
  readonly maxHosts: number;
  /** Hosts that are changed only when somebody says so, with the name by which they are protected; empty when somebody did. */
  readonly protectedHosts: ReadonlyMap<string, string>;
}

/** The guard of a command: `rollback` protects nobody, as it puts back what was there. */
export function guardOf({ maxHosts = GUARD_DEFAULT, allowProtected }: GuardOptions, inventory?: GroupedInventory): Guard {
  return { maxHosts, protectedHosts: allowProtected || inventory === undefined ? new Map() : protectedHosts(inventory) };
}

/** More hosts than were said to be changed at most; undefined when they are within it. */
export function tooMany({ maxHosts }: Guard, hosts: readonly string[]): Failure | undefined {
  if (hosts.length <= maxHosts) return undefined;
  return {
    code: 'refused',
    message: `${hosts.length} hosts would be changed, and at most ${maxHosts} may be`,
    hint: `pass --max-hosts ${hosts.length} if all of them are meant, or narrow with -l`,
  };
}

/** The protected ones among hosts, and what is to be typed for them: the names by which they are protected. */
export function protectedAmong(guard: Guard, hosts: readonly string[]): { readonly hosts: readonly string[]; readonly word: string } {
  const found = hosts.filter((host) => guard.protectedHosts.has(host));
  const names = new Set(found.map((host) => guard.protectedHosts.get(host) ?? host));
  return { hosts: found, word: [...names].join(' ') };
}

/** Protected hosts, and nobody who could type their names. */
export function isProtected(hosts: readonly string[], word: string): Failure {
  const shown = hosts.length > 8 ? `${hosts.slice(0, 8).join(', ')}, …` : hosts.join(', ');
  return {
    code: 'refused',
    message: `protected by ${word}: ${shown}`,
    hint: 'pass --allow-protected, or leave them out with -l',
  };
}

/** The groups whose hosts go down a few at a time, as the engine takes them. */
export function groupLimitsOf(inventory: GroupedInventory): Result<readonly GroupLimit[]> {
  const limited = limitedGroups(inventory);
  if (!limited.ok) return limited;
  return ok(limited.value.map(({ group, size, hosts }) => ({ group, most: hostsIn(size, hosts.length), hosts: new Set(hosts) })));
}
