import { type Failure, ok, type Result } from '../domain/failure.ts';
import type { Json } from '../domain/json.ts';
import type { Place } from '../domain/runbook.ts';
import { hostNameFault } from './host-name.ts';
import { failAt, showPlace } from './place.ts';
import { isReservedName } from './reserved-name.ts';

/** A host while sources are being read. */
export interface DraftHost {
  readonly name: string;
  readonly vars: Map<string, Json>;
  /** The groups whose `hosts` name it. */
  readonly groups: Set<DraftGroup>;
}

/** A group while sources are being read. */
export interface DraftGroup {
  readonly name: string;
  readonly vars: Map<string, Json>;
  /** In order; a host stands here only if the group names it itself. */
  readonly hosts: Set<DraftHost>;
  /** In order, with the place that says so. */
  readonly children: Map<DraftGroup, Place>;
  /** `ansible_group_priority`: among groups of one depth, the higher one wins. */
  priority: number;
}

/**
 * What all sources say together, before it is put in order: readers of any format write into it, source after source.
 * Hosts and groups keep the order in which they were first named.
 */
export class InventoryDraft {
  readonly hosts = new Map<string, DraftHost>();
  readonly groups = new Map<string, DraftGroup>();
  /** Things that Ansible would warn of, each with its place. */
  readonly warnings: string[] = [];

  constructor() {
    this.addGroup('all').children.set(this.addGroup('ungrouped'), { file: '', line: 1, column: 1 });
  }

  /** The group of that name, new if need be. */
  addGroup(name: string): DraftGroup {
    const known = this.groups.get(name);
    if (known !== undefined) return known;
    const group: DraftGroup = { name, vars: new Map(), hosts: new Set(), children: new Map(), priority: 1 };
    this.groups.set(name, group);
    return group;
  }

  /** The host of that name in a group, new if need be. As with Ansible, a port counts only where the host is named first. */
  addHost(name: string, group: DraftGroup, port: number | undefined, place: Place): Result<DraftHost> {
    let host = this.hosts.get(name);
    if (host === undefined) {
      const fault = hostNameFault(name);
      if (fault !== undefined) return failAt(place, `the host name "${name}" cannot be used: ${fault}`);
      host = { name, vars: new Map(), groups: new Set() };
      if (port !== undefined) host.vars.set('ansible_port', port);
      this.hosts.set(name, host);
    }
    group.hosts.add(host);
    host.groups.add(group);
    return ok(host);
  }

  warn(place: Place, message: string): void {
    this.warnings.push(`${showPlace(place)}: ${message}`);
  }
}

/** Sets a variable; a later value replaces an earlier one whole. */
export function setVariable(owner: DraftHost | DraftGroup, name: string, value: Json, place: Place): Failure | undefined {
  const bad = badVariableName(name, place);
  if (bad !== undefined) return bad;
  if ('children' in owner && name === 'ansible_group_priority') {
    const priority = typeof value === 'number' || typeof value === 'string' ? Number(value) : Number.NaN;
    if (!Number.isInteger(priority) || value === '') return failureAt(place, 'ansible_group_priority must be a whole number');
    owner.priority = priority;
  } else owner.vars.set(name, value);
  return undefined;
}

/** The failure for a variable name that cannot be used. */
function badVariableName(name: string, place: Place): Failure | undefined {
  if (name === '') return failureAt(place, 'a variable needs a name');
  return isReservedName(name) ? failureAt(place, `"${name}" cannot be the name of a variable`) : undefined;
}

function failureAt(place: Place, message: string): Failure {
  return { code: 'bad-input', message, at: showPlace(place) };
}
