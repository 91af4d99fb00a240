import type { JsonObject } from '../domain/json.ts';
import { MASKED } from '../domain/secret.ts';
import { shownVariables } from './ansible-listing.ts';
import type { GroupedInventory } from './assemble.ts';
import { byCodePoint } from './code-points.ts';
import { pythonText } from './python-text.ts';
import { holdsVaultText } from './vault-envelope.ts';

/** What a graph is drawn of, and how much of it. */
export interface GraphOptions {
  /** The hosts that are shown. */
  readonly shown: ReadonlySet<string>;
  /** Also the variables of hosts (all that hold for them) and of groups (those that are said of them alone). */
  readonly vars: boolean;
}

function drawn(name: string, depth: number): string {
  return depth === 0 ? name : `${'  |'.repeat(depth)}--${name}`;
}

function variables(vars: JsonObject, depth: number): readonly string[] {
  const names = Object.keys(vars).sort(byCodePoint);
  return names.map((name) => drawn(`{${name} = ${holdsVaultText(vars[name] ?? null) ? MASKED : pythonText(vars[name] ?? null)}}`, depth));
}

/** A group as data: its own hosts, and the groups in it. Variables are there where they are asked for. */
interface GraphGroup {
  readonly group: string;
  readonly hosts: readonly { readonly name: string; readonly vars?: JsonObject }[];
  readonly children: readonly GraphGroup[];
  readonly vars?: JsonObject;
}

/** What {@link inventoryGraph} draws, as data. */
export function graphData(inventory: GroupedInventory, group: string, options: GraphOptions): GraphGroup {
  const { hosts, children } = inventory.members.get(group) ?? { hosts: [], children: [] };
  const own = inventory.hosts.filter(({ name }) => group !== 'all' && hosts.includes(name) && options.shown.has(name));
  return {
    group,
    hosts: own.map((host) => ({ name: host.name, ...(options.vars ? { vars: masked(shownVariables(host)) } : {}) })),
    children: children.map((child) => graphData(inventory, child, options)),
    ...(options.vars ? { vars: masked(inventory.groupVars.get(group) ?? {}) } : {}),
  };
}

function masked(vars: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(vars).map(([name, value]) => [name, holdsVaultText(value) ? MASKED : value]));
}

/** The lines that `ansible-inventory --graph GROUP` prints (`cli/inventory.py`): children first, then hosts, which `all` never has itself. */
export function inventoryGraph(inventory: GroupedInventory, group: string, options: GraphOptions): readonly string[] {
  const vars = new Map(inventory.hosts.map((host) => [host.name, shownVariables(host)]));
  const draw = (name: string, depth: number): readonly string[] => {
    const { hosts, children } = inventory.members.get(name) ?? { hosts: [], children: [] };
    const own = name === 'all' ? [] : hosts.filter((host) => options.shown.has(host));
    return [
      drawn(`@${name}:`, depth),
      ...children.flatMap((child) => draw(child, depth + 1)),
      ...own.flatMap((host) => [drawn(host, depth + 1), ...(options.vars ? variables(vars.get(host) ?? {}, depth + 2) : [])]),
      ...(options.vars ? variables(inventory.groupVars.get(name) ?? {}, depth + 1) : []),
    ];
  };
  return draw(group, 0);
}
