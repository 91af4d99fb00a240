import { fail, ok, type Result } from '../domain/failure.ts';
import type { Host, Inventory } from '../domain/host.ts';
import { matchPattern } from './match-pattern.ts';
import { splitPattern } from './split-pattern.ts';

/** Hosts by name, worked out once for an inventory, since steps select hosts for each host. */
const HOSTS = new WeakMap<Inventory, ReadonlyMap<string, Host>>();

function hostsOf(inventory: Inventory): ReadonlyMap<string, Host> {
  let hosts = HOSTS.get(inventory);
  if (hosts === undefined) {
    hosts = new Map(inventory.hosts.map((host) => [host.name, host]));
    HOSTS.set(inventory, hosts);
  }
  return hosts;
}

/** Evaluates patterns in Ansible's order: all plain ones, then every `&`, then every `!`. Without a plain one, all hosts are meant. */
function evaluate(patterns: readonly string[], inventory: Inventory): Result<ReadonlySet<string>> {
  const hosts = hostsOf(inventory);
  const hasHost = (name: string) => hosts.has(name);
  const find = (pattern: string) =>
    pattern === '' ? fail('bad-input', 'a name must follow "!" and "&"') : matchPattern(pattern, inventory, hasHost);
  const plain = patterns.filter((pattern) => !/^[!&]/.test(pattern));
  const found = new Set<string>();
  for (const pattern of plain.length === 0 ? ['all'] : plain) {
    const names = hosts.has(pattern) ? ok([pattern]) : find(pattern);
    if (!names.ok) return names;
    for (const name of names.value) found.add(name);
  }
  for (const pattern of patterns.filter((each) => each.startsWith('&'))) {
    const names = find(pattern.slice(1));
    if (!names.ok) return names;
    const kept = new Set(names.value);
    for (const name of [...found]) if (!kept.has(name)) found.delete(name);
  }
  for (const pattern of patterns.filter((each) => each.startsWith('!'))) {
    const names = find(pattern.slice(1));
    if (!names.ok) return names;
    for (const name of names.value) found.delete(name);
  }
  return ok(found);
}

function select(patterns: readonly string[], what: string, inventory: Inventory): Result<ReadonlySet<string>> {
  if (patterns.length === 0) return fail('bad-input', `${what} is empty`, { hint: 'is a variable unset? "all" means every host' });
  const found = evaluate(patterns, inventory);
  if (found.ok && found.value.size === 0) return fail('not-found', `no host matches ${what} "${patterns.join(',')}"`, emptyHint(patterns));
  return found;
}

/** The two ways to nothing that are easily mistaken for something. */
function emptyHint(patterns: readonly string[]): { readonly hint?: string } {
  const open = patterns.find((pattern) => /\[:[0-9]+\]$/.test(pattern));
  return open === undefined ? {} : { hint: `"${open}" is no subscript; write ${open.slice(open.lastIndexOf('[')).replace('[:', '[0:')}` };
}

/**
 * The hosts that a pattern means, in Ansible's order, narrowed by a limit of the same grammar. A limit that was read from
 * files (see `expandLimit`) comes as a list whose items are not split again. Names that match nothing, an empty pattern and an
 * empty result are failures, where Ansible warns and goes on.
 */
export function selectHosts(inventory: Inventory, pattern: string, limit?: string | readonly string[]): Result<readonly Host[]> {
  const found = select(splitPattern(pattern), 'the pattern', inventory);
  if (!found.ok) return found;
  let names = [...found.value];
  if (limit !== undefined) {
    const limited = select(typeof limit === 'string' ? splitPattern(limit) : limit, 'the limit', inventory);
    if (!limited.ok) return limited;
    names = names.filter((name) => limited.value.has(name));
    if (names.length === 0) {
      const shown = typeof limit === 'string' ? limit : limit.join(',');
      return fail('not-found', `the limit "${shown}" leaves no host of "${pattern}"`);
    }
  }
  const hosts = hostsOf(inventory);
  return ok(names.flatMap((name) => hosts.get(name) ?? []));
}
