import type { RunKind } from '../domain/event.ts';
import { type Failure, ok, type Result } from '../domain/failure.ts';
import type { Host } from '../domain/host.ts';
import type { Rollout, Runbook } from '../domain/runbook.ts';
import type { GroupLimit } from '../engine/roll-out.ts';
import { hostsIn, zoneOf, zoneVariable } from '../engine/waves.ts';
import { count } from '../formats/count.ts';
import type { GroupedInventory } from '../inventory/assemble.ts';
import { limitedGroups, protectedHosts } from '../inventory/rollout-variables.ts';
import { splitPattern } from '../inventory/split-pattern.ts';
import { GUARD_DEFAULT, type GuardOptions, type TargetOptions } from './options.ts';

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

/** Hosts whose zone is not known although zones count; undefined where all is known. A wave of two zones could be formed of them. */
export function zoneProblem(hosts: readonly Host[], rollout: Pick<Rollout, 'zone'>): Failure | undefined {
  const variable = zoneVariable(hosts, rollout);
  const lost = variable === undefined ? [] : hosts.filter((host) => zoneOf(host, variable) === undefined).map(({ name }) => name);
  if (lost.length === 0) return undefined;
  return {
    code: 'bad-input',
    message: `${count(lost.length, 'host')} with no zone, which would be the variable ${variable}: ${shortened(lost)}`,
    hint: 'give them the variable in the inventory, or leave them out with -l',
  };
}

/**
 * The whole inventory, where nobody said so in this very command: `apply` of such a runbook is refused until its target and a number are
 * typed. Hosts that were listed on the command line were said.
 */
export function everybodyProblem(
  { kind, options }: { readonly kind: RunKind; readonly options: TargetOptions & GuardOptions },
  runbook: Pick<Runbook, 'hosts'>,
  hosts: readonly Host[],
): Failure | undefined {
  const { hosts: typed, limit, maxHosts, inventory = [] } = options;
  const isAll = namesAll(typed ?? runbook.hosts ?? '') && (limit === undefined || namesAll(limit));
  const isListed = inventory.length > 0 && inventory.every((source) => source.includes(','));
  if (kind !== 'apply' || !isAll || isListed || hosts.length < 2) return undefined;
  if (typed !== undefined && maxHosts !== undefined) return undefined;
  return {
    code: 'refused',
    message: `the target is the whole inventory, ${count(hosts.length, 'host')}`,
    hint: `say so if it is meant: --hosts all --max-hosts ${hosts.length}; or narrow with -l`,
  };
}

/** A pattern that adds all hosts, and takes none away, however it is spelled: `all`, `*`, `all:`, `web,all`. */
function namesAll(pattern: string): boolean {
  const parts = splitPattern(pattern);
  return parts.some((part) => ['all', '*'].includes(part)) && !parts.some((part) => /^[!&]/.test(part));
}

function shortened(hosts: readonly string[]): string {
  return hosts.length > 8 ? `${hosts.slice(0, 8).join(', ')}, …` : hosts.join(', ');
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
  return {
    code: 'refused',
    message: `protected by ${word}: ${shortened(hosts)}`,
    hint: 'pass --allow-protected, or leave them out with -l',
  };
}

/** The groups whose hosts go down a few at a time, as the engine takes them. */
export function groupLimitsOf(inventory: GroupedInventory): Result<readonly GroupLimit[]> {
  const limited = limitedGroups(inventory);
  if (!limited.ok) return limited;
  return ok(limited.value.map(({ group, size, hosts }) => ({ group, most: hostsIn(size, hosts.length), hosts: new Set(hosts) })));
}
