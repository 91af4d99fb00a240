import { fail, ok, type Result } from '../domain/failure.ts';
import type { Json } from '../domain/json.ts';
import type { WaveSize } from '../domain/runbook.ts';
import type { GroupedInventory } from './assemble.ts';
import { truthOf } from './connection-variables.ts';

/** Set for a group (or a host): its hosts are not changed unless somebody says so by name. */
const PROTECTED = 'runbook_protected';

/** Set for a group: how many of its hosts may be changed and not settled at the same time. */
const MAX_UNAVAILABLE = 'runbook_max_unavailable';

/** Whether a value means yes. What is neither yes nor no, and what was encrypted, protects. */
function protects(value: Json | undefined): boolean {
  if (value === undefined || value === null) return false;
  return typeof value === 'object' || truthOf({ variable: PROTECTED, value }) !== false;
}

/**
 * The protected hosts, each with the name by which it is protected: the innermost group that says so, or its own. A host for which the
 * variable is switched off by something stronger is not protected.
 */
export function protectedHosts(inventory: GroupedInventory): ReadonlyMap<string, string> {
  const groups = [...inventory.groups].filter(([group]) => protects(inventory.groupVars.get(group)?.[PROTECTED]));
  // The group with the fewest hosts is the one that is meant.
  const innermost = new Map<string, string>();
  for (const [group, hosts] of groups.sort(([, a], [, b]) => b.length - a.length)) for (const host of hosts) innermost.set(host, group);
  const found = inventory.hosts.filter(({ vars, secrets }) => secrets?.has(PROTECTED) || protects(vars[PROTECTED]));
  return new Map(found.map(({ name }) => [name, innermost.get(name) ?? name]));
}

/** A group that limits how many of its hosts may be unavailable. */
export interface LimitedGroup {
  readonly group: string;
  /** A percentage is of all hosts of the group. */
  readonly size: WaveSize;
  /** With those of its children. */
  readonly hosts: readonly string[];
}

function sizeOf(value: Json): WaveSize | undefined {
  const [, number = '', percent] =
    /^([1-9]\d*)(%?)$/.exec(typeof value === 'number' || typeof value === 'string' ? String(value) : '') ?? [];
  if (number === '') return undefined;
  if (percent !== '%') return { hosts: Number(number) };
  return Number(number) <= 100 ? { percent: Number(number) } : undefined;
}

/** The groups that have a limit of their own. */
export function limitedGroups({ groups, groupVars }: GroupedInventory): Result<readonly LimitedGroup[]> {
  const limited: LimitedGroup[] = [];
  for (const [group, vars] of groupVars) {
    const value = vars[MAX_UNAVAILABLE];
    if (value === undefined || value === null) continue;
    const size = sizeOf(value);
    if (size === undefined) {
      const message = `${MAX_UNAVAILABLE} of group ${group} must be a number of hosts from 1, or a percentage to 100%, but is ${JSON.stringify(value)}`;
      return fail('bad-input', message);
    }
    limited.push({ group, size, hosts: groups.get(group) ?? [] });
  }
  return ok(limited);
}
