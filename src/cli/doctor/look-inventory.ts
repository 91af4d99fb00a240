import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { ok } from '../../domain/failure.ts';
import type { Host } from '../../domain/host.ts';
import { type AnsibleWay, ansibleWay } from '../../inventory/ansible-way.ts';
import { configFile } from '../../inventory/find-inventory.ts';
import { isKubernetesSource } from '../../inventory/kubernetes-source.ts';
import { nodeInventoryIo } from '../../inventory/node-inventory-io.ts';
import { readInventory } from '../../inventory/read-inventory.ts';
import { readText } from '../../inventory/read-text.ts';
import type { AnsibleConfigLook, InventoryLook, RunbooksLook } from '../../views/doctor/inventory.ts';
import { readRunbookFile } from '../load-runbook-file.ts';
import type { SourceOptions } from '../options.ts';
import { runbookFiles } from '../runbook-files.ts';
import { sourcesOf } from '../targets.ts';
import { unsealerOf } from '../unseal.ts';
import type { World } from '../world.ts';

/** Reads the inventory that commands would read. Its scripts are run, a cluster is not asked, and nobody is asked for a password. */
export async function lookAtInventory(
  world: World,
  options: SourceOptions,
): Promise<InventoryLook & { readonly listed?: readonly Host[] }> {
  const found = await sourcesOf(world, options);
  if (!found.ok) return { read: found };
  const { sources, why } = found.value;
  const which = { sources, ...(why === undefined ? {} : { why }) };
  if (sources.some(isKubernetesSource)) return { ...which, read: 'not-read' };
  const inventory = await readInventory(sources, nodeInventoryIo, { unsealer: unsealerOf(world, undefined, options) });
  if (!inventory.ok) return { ...which, read: inventory };
  const { hosts, warnings } = inventory.value;
  return { ...which, read: { hosts: hosts.length, warnings }, listed: hosts };
}

/** Reads the ansible.cfg that Ansible would read here. */
export async function lookAtAnsibleConfig({ env }: World): Promise<AnsibleConfigLook & { readonly way?: AnsibleWay }> {
  const path = await configFile(env, nodeInventoryIo);
  if (!path.ok) return { failure: path.failure };
  const named = path.value === undefined ? {} : { path: path.value };
  const text = path.value === undefined ? ok(undefined) : await readText(path.value, nodeInventoryIo);
  if (!text.ok) return { ...named, failure: text.failure };
  const file = path.value === undefined || text.value === undefined ? {} : { file: { path: path.value, text: text.value } };
  const way = ansibleWay({ ...file, env });
  return way.ok
    ? { ...named, followed: way.value.followed, notFollowed: way.value.notFollowed, way: way.value }
    : { ...named, failure: way.failure };
}

/** Checks every runbook that can be named. */
export async function lookAtRunbooks(world: World): Promise<RunbooksLook> {
  const files = runbookFiles(world);
  const broken: { readonly file: string; readonly problem: string }[] = [];
  for (const file of files) {
    const reading = await readRunbookFile(world, file);
    if (!reading.ok) broken.push({ file, problem: reading.failure.message });
    else if (!reading.value.runbook) {
      const [first] = reading.value.diagnostics.filter(({ severity }) => severity === 'error');
      const at = first ? `:${first.place.line}:${first.place.column}: ${first.message}` : ' is not valid';
      broken.push({ file: reading.value.path, problem: `${reading.value.path}${at}` });
    }
  }
  const named = (world.env['RUNBOOK_PATH'] ?? '').split(':').filter((directory) => directory !== '');
  const isThere = await Promise.all(named.map((directory) => isDirectory(resolve(world.cwd, directory))));
  return { files: files.length, broken, missing: named.filter((_, index) => !isThere[index]) };
}

function isDirectory(path: string): Promise<boolean> {
  return stat(path).then(
    (stats) => stats.isDirectory(),
    () => false,
  );
}
