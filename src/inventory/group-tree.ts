import { ok, type Result } from '../domain/failure.ts';
import type { Place } from '../domain/runbook.ts';
import type { DraftGroup, DraftHost } from './draft.ts';
import { failAt } from './place.ts';

/** A group and its children in order, without the places. */
export interface TreeGroup {
  readonly draft: DraftGroup;
  readonly parents: readonly DraftGroup[];
  /** Length of the longest way down from `all`. */
  readonly depth: number;
}

type Parents = ReadonlyMap<DraftGroup, DraftGroup[]>;

function parentsOf(groups: Iterable<DraftGroup>): Parents {
  const parents = new Map<DraftGroup, DraftGroup[]>();
  for (const group of groups) parents.set(group, []);
  for (const group of groups) for (const child of group.children.keys()) parents.get(child)?.push(group);
  return parents;
}

/** Walks up from a group that is in a loop until a group comes again. */
function loopThrough(start: DraftGroup, parents: Parents, open: ReadonlySet<DraftGroup>): readonly DraftGroup[] {
  const way: DraftGroup[] = [];
  let group: DraftGroup | undefined = start;
  while (group !== undefined && !way.includes(group)) {
    way.push(group);
    group = parents.get(group)?.find((parent) => open.has(parent));
  }
  return way.slice(group === undefined ? 0 : way.indexOf(group)).reverse();
}

function loopFailure(open: ReadonlySet<DraftGroup>, parents: Parents): Result<never> {
  const [start] = open;
  const loop = start === undefined ? [] : loopThrough(start, parents, open);
  const places = loop.map((group, index) => group.children.get(loop[(index + 1) % loop.length] ?? group));
  const place: Place = places.find((each) => each !== undefined && each.file !== '') ?? { file: '', line: 1, column: 1 };
  const names = [...loop, ...loop.slice(0, 1)].map((group) => `"${group.name}"`).join(' > ');
  return failAt(place, `groups contain each other: ${names}`);
}

/**
 * Every group with its parents and depth, parents before children. Fails when a group contains itself.
 * Each group but `all` must have a parent.
 */
export function groupTree(groups: Iterable<DraftGroup>): Result<ReadonlyMap<DraftGroup, TreeGroup>> {
  const all = [...groups];
  const parents = parentsOf(all);
  const waiting = new Map(all.map((group) => [group, parents.get(group)?.length ?? 0]));
  const depths = new Map<DraftGroup, number>();
  const ready = all.filter((group) => waiting.get(group) === 0);
  const tree = new Map<DraftGroup, TreeGroup>();
  for (const group of ready) {
    const depth = depths.get(group) ?? 0;
    tree.set(group, { draft: group, parents: parents.get(group) ?? [], depth });
    for (const child of group.children.keys()) {
      depths.set(child, Math.max(depths.get(child) ?? 0, depth + 1));
      const left = (waiting.get(child) ?? 0) - 1;
      waiting.set(child, left);
      if (left === 0) ready.push(child);
    }
  }
  if (tree.size === all.length) return ok(tree);
  return loopFailure(new Set(all.filter((group) => !tree.has(group))), parents);
}

/** All hosts of a group: its own, then those of its children, level by level, each once. */
export function hostsBelow(group: DraftGroup): readonly DraftHost[] {
  const hosts = new Set<DraftHost>();
  const levels = new Set([group]);
  for (const each of levels) {
    for (const host of each.hosts) hosts.add(host);
    for (const child of each.children.keys()) levels.add(child);
  }
  return [...hosts];
}

/** The given groups and all that contain them. */
export function withAncestors(groups: Iterable<DraftGroup>, tree: ReadonlyMap<DraftGroup, TreeGroup>): ReadonlySet<DraftGroup> {
  const found = new Set(groups);
  for (const group of found) for (const parent of tree.get(group)?.parents ?? []) found.add(parent);
  return found;
}
