import { resolve } from 'node:path';
import type { Result } from '../domain/failure.ts';
import { contentOf } from '../domain/file.ts';
import type { Host } from '../domain/host.ts';
import type { SavedInventory } from '../domain/saved-plan.ts';
import { isKubernetesSource } from '../inventory/kubernetes-source.ts';
import { canonicalJson } from '../journal/canonical-json.ts';

/** The answers to `on:` patterns that were asked for while planning. */
export type Asked = ReadonlyMap<string, Result<Host>>;

/** What an inventory says of the hosts of a plan, and of those that answer for them, by digest. Hosts come without passwords. */
export function savedInventory(cwd: string, sources: readonly string[], hosts: readonly Host[], asked: Asked): SavedInventory {
  return {
    // A list of hosts is no path, and no more is a cluster.
    sources: sources.map((source) => (source.includes(',') || isKubernetesSource(source) ? source : resolve(cwd, source))),
    hosts: Object.fromEntries(hosts.map((host) => [host.name, digestOf(host)])),
    asked: Object.fromEntries([...asked].map(([pattern, host]) => [pattern, digestOf(host.ok ? host.value : undefined)])),
  };
}

/** Names and patterns of which the inventory says something else now than when the plan was made. */
export function inventoryDifferences(
  saved: SavedInventory,
  hosts: ReadonlyMap<string, Host>,
  hostFor: (pattern: string) => Result<Host>,
): readonly string[] {
  const moved = Object.entries(saved.hosts).filter(([name, digest]) => digestOf(hosts.get(name)) !== digest);
  const answered = Object.entries(saved.asked).filter(([pattern, digest]) => {
    const host = hostFor(pattern);
    return digestOf(host.ok ? host.value : undefined) !== digest;
  });
  return [...new Set([...moved, ...answered].map(([name]) => name))];
}

/** Nobody has a digest as well. */
function digestOf(host: Host | undefined): string {
  const value = host ? { name: host.name, groups: host.groups, vars: host.vars } : null;
  return contentOf(Buffer.from(canonicalJson(value), 'utf8')).sha256;
}
