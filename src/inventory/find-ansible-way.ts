import type { Result } from '../domain/failure.ts';
import { type AnsibleWay, ansibleWay } from './ansible-way.ts';
import { configFile, type Environment } from './find-inventory.ts';
import type { InventoryIo } from './inventory-io.ts';
import { readText } from './read-text.ts';

/** What Ansible's configuration says of the way to all hosts: the ansible.cfg that Ansible would read, and the environment over it. */
export async function findAnsibleWay(env: Environment, io: InventoryIo): Promise<Result<AnsibleWay>> {
  const path = await configFile(env, io);
  if (!path.ok) return path;
  if (path.value === undefined) return ansibleWay({ env });
  const text = await readText(path.value, io);
  return text.ok ? ansibleWay({ file: { path: path.value, text: text.value }, env }) : text;
}
