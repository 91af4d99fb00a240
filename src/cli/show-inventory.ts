import { fail, ok, type Result } from '../domain/failure.ts';
import { ansibleListing, shownVariables } from '../inventory/ansible-listing.ts';
import type { GroupedInventory } from '../inventory/assemble.ts';
import { didYouMean } from '../inventory/did-you-mean.ts';
import { graphData, inventoryGraph } from '../inventory/inventory-graph.ts';
import { pythonJson } from '../inventory/python-text.ts';
import type { ListOptions } from './inventory.ts';
import { screenOf } from './screen.ts';
import { limitedNames, readSources } from './targets.ts';
import type { World } from './world.ts';

type Say = (text: string) => string;

/** `inventory`: from sources and options to what is printed, and an exit code. */
export async function showInventory(world: World, pattern: string | undefined, options: ListOptions): Promise<number> {
  const screen = screenOf(world, options);
  const read = await readSources(world, screen, options, undefined);
  if (!read.ok) return screen.refuse(read.failure);
  const inventory = read.value;
  // A graph's pattern is a group to begin with.
  const hosts = options.graph || pattern === undefined ? {} : { hosts: pattern };
  const limited = await limitedNames(inventory, { ...options, ...hosts });
  if (!limited.ok) return screen.refuse(limited.failure);
  const shown = limited.value ?? new Set(inventory.groups.get('all'));
  const document = options.json ? documentOf(inventory, shown, pattern, options) : ok(undefined);
  if (!document.ok) return screen.refuse(document.failure);
  if (document.value) {
    screen.data(document.value);
    return 0;
  }
  const lines = linesOf(inventory, shown, pattern, options, screen.out.say);
  if (!lines.ok) return screen.refuse(lines.failure);
  screen.print(lines.value);
  return 0;
}

function linesOf(
  inventory: GroupedInventory,
  shown: ReadonlySet<string>,
  pattern: string | undefined,
  options: ListOptions,
  say: Say,
): Result<readonly string[]> {
  if (options.list) return ok([pythonJson(ansibleListing(inventory, shown))]);
  if (options.host !== undefined) return hostLines(inventory, shown, options.host);
  if (options.graph) return graphLines(inventory, shown, pattern ?? 'all', options.vars === true, say);
  return ok([...shown].map(say));
}

/** What `--json` prints; undefined for what is JSON in itself. */
function documentOf(
  inventory: GroupedInventory,
  shown: ReadonlySet<string>,
  pattern: string | undefined,
  { list, host, graph, vars }: ListOptions,
): Result<object | undefined> {
  if (list || host !== undefined) return ok(undefined);
  if (!graph) return ok([...shown]);
  const group = graphRoot(inventory, pattern ?? 'all');
  return group.ok ? ok(graphData(inventory, group.value, { shown, vars: vars === true })) : group;
}

function hostLines(inventory: GroupedInventory, shown: ReadonlySet<string>, name: string): Result<readonly string[]> {
  const host = inventory.hosts.find((each) => each.name === name);
  if (host === undefined) {
    const names = inventory.hosts.map((each) => each.name);
    return fail('not-found', `the inventory has no host ${name}`, didYouMean(name, names));
  }
  return shown.has(name) ? ok([pythonJson(shownVariables(host))]) : fail('not-found', `the limit leaves out ${name}`);
}

function graphLines(
  inventory: GroupedInventory,
  shown: ReadonlySet<string>,
  group: string,
  vars: boolean,
  say: Say,
): Result<readonly string[]> {
  const root = graphRoot(inventory, group);
  return root.ok ? ok(inventoryGraph(inventory, root.value, { shown, vars }).map(say)) : root;
}

function graphRoot(inventory: GroupedInventory, group: string): Result<string> {
  if (inventory.groups.has(group)) return ok(group);
  const { hint = 'a graph begins with a group' } = didYouMean(group, inventory.groups.keys());
  return fail('not-found', `the inventory has no group ${group}`, { hint });
}
