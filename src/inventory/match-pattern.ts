import { fail, ok, type Result } from '../domain/failure.ts';
import type { Inventory } from '../domain/host.ts';
import { didYouMean } from './did-you-mean.ts';
import { globMatcher, type NameMatcher, regexMatcher } from './name-matcher.ts';
import { pick, splitSubscript } from './subscript.ts';

/** True when the name is to be found as it is, so that finding nothing is a misspelling. */
function isPlain(name: string): boolean {
  return !/^~|[*?[]/.test(name);
}

function unknown(name: string, inventory: Inventory): Result<never> {
  const candidates = [...inventory.groups.keys(), ...inventory.hosts.map((host) => host.name)];
  const suggestion = didYouMean(name, candidates).hint;
  const groups = [...inventory.groups.keys()];
  const shown = groups.length > 12 ? `${groups.slice(0, 12).join(', ')}, …` : groups.join(', ');
  return fail('not-found', `no group or host is called "${name}"`, { hint: suggestion ?? `the groups are ${shown}` });
}

function matcherOf(name: string): Result<NameMatcher> {
  return name.startsWith('~') ? regexMatcher(name.slice(1)) : ok(globMatcher(name));
}

/** Groups first, then hosts; a host may come several times, which subscripts count as Ansible does. */
function enumerate(name: string, inventory: Inventory, hasHost: (name: string) => boolean): Result<readonly string[]> {
  if (isPlain(name)) {
    const group = inventory.groups.get(name);
    const host = (group === undefined || name.includes('.')) && hasHost(name) ? [name] : [];
    if (group === undefined) return host.length === 0 ? unknown(name, inventory) : ok(host);
    return ok(host.length === 0 ? group : [...group, ...host]);
  }
  const matches = matcherOf(name);
  if (!matches.ok) return matches;
  const groups = [...inventory.groups].filter(([group]) => matches.value(group)).map(([, hosts]) => hosts);
  const hosts = inventory.hosts.map((host) => host.name).filter(matches.value);
  return ok([...groups.flat(), ...hosts]);
}

/**
 * The hosts of one pattern without its `!` or `&`, as Ansible finds them (`_match_one_pattern`). A plain name that is neither a group nor a
 * host is a failure, where Ansible only warns.
 */
export function matchPattern(pattern: string, inventory: Inventory, hasHost: (name: string) => boolean): Result<readonly string[]> {
  const { name, subscript } = splitSubscript(pattern);
  const hosts = enumerate(name, inventory, hasHost);
  return hosts.ok ? pick(hosts.value, subscript, pattern) : hosts;
}
