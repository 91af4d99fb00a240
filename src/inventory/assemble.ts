import { ok, type Result } from '../domain/failure.ts';
import type { Host, Inventory } from '../domain/host.ts';
import type { Json, JsonObject } from '../domain/json.ts';
import { MASKED, Secret } from '../domain/secret.ts';
import type { AnsibleWay } from './ansible-way.ts';
import { byCodePoint } from './code-points.ts';
import type { DraftGroup, DraftHost, InventoryDraft } from './draft.ts';
import { groupTree, hostsBelow, type TreeGroup, withAncestors } from './group-tree.ts';
import type { Unsealer } from './unsealer.ts';

/** An inventory that also knows how its groups were written, for listings. */
export interface GroupedInventory extends Inventory {
  /** Group name to what it names itself, in order. */
  readonly members: ReadonlyMap<string, { readonly hosts: readonly string[]; readonly children: readonly string[] }>;
  /** Opens what stays encrypted in it: `!vault` values. */
  readonly unsealer: Unsealer;
  /** Group name to the variables that are said of it alone, in sources and files, secrets masked; `ansible_group_priority` where it is not 1. */
  readonly groupVars: ReadonlyMap<string, JsonObject>;
  /** What Ansible's configuration says of the way to all hosts; absent where nobody is to be reached. */
  readonly ansible?: AnsibleWay;
  /** What Ansible would warn of, each with its place. */
  readonly warnings: readonly string[];
}

/** A variable's value; a secret where it comes from an encrypted file. */
export type Value = Json | Secret;

/** Variables of a file by name. */
export type Variables = Readonly<Record<string, Value>>;

/** Variables from `group_vars` and `host_vars` beside one source, by group and host name. */
export interface VariableFiles {
  readonly groups: ReadonlyMap<string, Variables>;
  readonly hosts: ReadonlyMap<string, Variables>;
}

const NOWHERE = { file: '', line: 1, column: 1 };

/** Ansible's `reconcile_inventory`: every group hangs below `all`, and `ungrouped` holds just the hosts of no other group. */
function reconcile(draft: InventoryDraft): void {
  const all = draft.addGroup('all');
  const ungrouped = draft.addGroup('ungrouped');
  const haveParent = new Set([...draft.groups.values()].flatMap((group) => [...group.children.keys()]));
  for (const group of draft.groups.values()) if (group !== all && !haveParent.has(group)) all.children.set(group, NOWHERE);
  for (const host of draft.hosts.values()) {
    const grouped = [...host.groups].some((group) => group !== all && group !== ungrouped);
    if (grouped && host.groups.delete(ungrouped)) ungrouped.hosts.delete(host);
    if (!grouped && !host.groups.has(ungrouped)) {
      ungrouped.hosts.add(host);
      host.groups.add(ungrouped);
    }
  }
}

/** Groups in the order in which their variables apply: the last wins (Ansible's `sort_groups`). */
function byPrecedence(groups: Iterable<TreeGroup>): readonly TreeGroup[] {
  return [...groups].sort((a, b) => a.depth - b.depth || a.draft.priority - b.draft.priority || byCodePoint(a.draft.name, b.draft.name));
}

/** Ansible's order: all, groups, group_vars/all, group_vars/*; within the files, source after source. */
function groupVariables(groups: readonly TreeGroup[], files: readonly VariableFiles[]): ReadonlyMap<string, Value> {
  const vars = new Map<string, Value>();
  const put = (values: Iterable<readonly [string, Value]>) => {
    for (const [name, value] of values) vars.set(name, value);
  };
  for (const { draft } of groups) put(draft.vars);
  for (const file of files) put(Object.entries(file.groups.get('all') ?? {}));
  for (const file of files) {
    for (const { draft } of groups) if (draft.name !== 'all') put(Object.entries(file.groups.get(draft.name) ?? {}));
  }
  return vars;
}

/** What is said of one group, without what it has from others. */
function ownVariables(group: DraftGroup, files: readonly VariableFiles[]): JsonObject {
  const vars = new Map<string, Value>(group.vars);
  for (const file of files) for (const [name, value] of Object.entries(file.groups.get(group.name) ?? {})) vars.set(name, value);
  if (group.priority !== 1) vars.set('ansible_group_priority', group.priority);
  return Object.fromEntries(Array.from(vars, ([name, value]) => [name, value instanceof Secret ? MASKED : value]));
}

/** What all hosts of exactly the same groups share. */
interface Membership {
  readonly names: readonly string[];
  readonly vars: ReadonlyMap<string, Value>;
}

/** Works memberships out once for each set of groups, however many hosts share it. */
class Memberships {
  readonly #known = new Map<string, Membership>();
  readonly #order: ReadonlyMap<DraftGroup, number>;
  readonly #tree: ReadonlyMap<DraftGroup, TreeGroup>;
  readonly #files: readonly VariableFiles[];

  constructor(draft: InventoryDraft, tree: ReadonlyMap<DraftGroup, TreeGroup>, files: readonly VariableFiles[]) {
    this.#order = new Map([...draft.groups.values()].map((group, index) => [group, index]));
    this.#tree = tree;
    this.#files = files;
  }

  of(host: DraftHost): Membership {
    const place = (group: DraftGroup) => this.#order.get(group) ?? 0;
    const key = [...host.groups]
      .map(place)
      .sort((a, b) => a - b)
      .join();
    let known = this.#known.get(key);
    if (known === undefined) {
      const groups = [...withAncestors(host.groups, this.#tree)].sort((a, b) => place(a) - place(b));
      const sorted = byPrecedence(groups.flatMap((group) => this.#tree.get(group) ?? []));
      known = { names: groups.map((group) => group.name), vars: groupVariables(sorted, this.#files) };
      this.#known.set(key, known);
    }
    return known;
  }
}

function finished(host: DraftHost, membership: Membership, files: readonly VariableFiles[]): Host {
  const all = new Map<string, Value>([...membership.vars, ...host.vars]);
  for (const file of files) for (const [name, value] of Object.entries(file.hosts.get(host.name) ?? {})) all.set(name, value);
  const vars: [string, Json][] = [];
  const secrets = new Map<string, Secret>();
  for (const [name, value] of all) {
    if (value instanceof Secret) secrets.set(name, value);
    else vars.push([name, value]);
  }
  return { name: host.name, groups: membership.names, vars: Object.fromEntries(vars), ...(secrets.size === 0 ? {} : { secrets }) };
}

/** Puts what the sources said in order, and applies the precedence of variables. Fails when groups contain each other. */
export function assemble(
  sources: readonly string[],
  draft: InventoryDraft,
  files: readonly VariableFiles[],
  unsealer: Unsealer,
): Result<GroupedInventory> {
  reconcile(draft);
  const tree = groupTree(draft.groups.values());
  if (!tree.ok) return tree;
  const memberships = new Memberships(draft, tree.value, files);
  const groups = [...draft.groups.values()];
  const names = (of: Iterable<{ readonly name: string }>) => Array.from(of, (each) => each.name);
  return ok({
    sources,
    hosts: Array.from(draft.hosts.values(), (host) => finished(host, memberships.of(host), files)),
    groups: new Map(groups.map((group) => [group.name, names(hostsBelow(group))])),
    members: new Map(groups.map((group) => [group.name, { hosts: names(group.hosts), children: names(group.children.keys()) }])),
    groupVars: new Map(groups.map((group) => [group.name, ownVariables(group, files)])),
    unsealer,
    warnings: draft.warnings,
  });
}
