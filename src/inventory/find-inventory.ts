import { join } from 'node:path';
import { fail, ok, type Result } from '../domain/failure.ts';
import { inventoryOfConfig } from './ansible-config.ts';
import type { InventoryIo } from './inventory-io.ts';
import { pathKind, readHead, readNames, readText } from './read-text.ts';
import { isIgnoredName } from './source-directory.ts';

/** The inventory to read when none was given. */
export interface FoundInventory {
  readonly sources: readonly string[];
  /** Where it was found, for people: `$RUNBOOK_INVENTORY`, `./inventories`, a configuration file. */
  readonly why: string;
}

/** Variables of a process. */
export type Environment = Readonly<Record<string, string | undefined>>;
type Found = Result<FoundInventory | undefined>;

const NONE: Found = ok(undefined);
const SYSTEM = '/etc/ansible/hosts';
const CONFIG = 'ansible.cfg';

/** `./inventories/hosts*`. Several are not merged, as one may be production and the other a practice fleet. */
async function inDirectory(io: InventoryIo): Promise<Found> {
  const kind = await pathKind('inventories', io);
  if (!kind.ok) return kind;
  if (kind.value !== 'directory') return NONE;
  const names = await readNames('inventories', io);
  if (!names.ok) return names;
  const paths = names.value.filter((name) => name.startsWith('hosts') && !isIgnoredName(name)).map((name) => join('inventories', name));
  const [only, ...others] = paths;
  if (only === undefined) return NONE;
  if (others.length > 0) return fail('ambiguous', `there are several inventories: ${paths.join(', ')}`, { hint: 'name one with -i' });
  return ok({ sources: [only], why: './inventories/hosts*' });
}

/**
 * The one configuration file that Ansible would read (`find_ini_config_file` of its config/manager.py): `$ANSIBLE_CONFIG`, a file or a
 * directory with an ansible.cfg; that of the working directory, unless everybody may write there; then those of the user and the system.
 */
export async function configFile(env: Environment, io: InventoryIo): Promise<Result<string | undefined>> {
  const home = env['HOME'];
  const named = env['ANSIBLE_CONFIG'];
  const candidates = [
    ...(named ? [named, join(named, CONFIG)] : []),
    ...((await io.isOpenToAll('.')) ? [] : [CONFIG]),
    ...(home === undefined ? [] : [join(home, `.${CONFIG}`)]),
    `/etc/ansible/${CONFIG}`,
  ];
  for (const candidate of candidates) {
    const kind = await pathKind(candidate, io);
    if (!kind.ok) return kind;
    // One that may not be read is passed over, too.
    if (kind.value === 'file' && (await readHead(candidate, 1, io)).ok) return ok(candidate);
  }
  return ok(undefined);
}

async function inConfig(env: Environment, io: InventoryIo): Promise<Found> {
  const variable = env['ANSIBLE_INVENTORY'];
  if (variable !== undefined && variable !== '') {
    const sources = variable.split(',').map((source) => source.trim());
    return ok({ sources: sources.filter((source) => source !== ''), why: '$ANSIBLE_INVENTORY' });
  }
  const path = await configFile(env, io);
  if (!path.ok || path.value === undefined) return path.ok ? NONE : path;
  const text = await readText(path.value, io);
  if (!text.ok) return text;
  const sources = inventoryOfConfig(path.value, text.value, env);
  if (!sources.ok) return sources;
  return sources.value.length === 0 ? NONE : ok({ sources: sources.value, why: path.value });
}

async function inSystem(io: InventoryIo): Promise<Found> {
  const kind = await pathKind(SYSTEM, io);
  if (!kind.ok) return kind;
  return kind.value === 'absent' ? NONE : ok({ sources: [SYSTEM], why: SYSTEM });
}

/**
 * Looks for an inventory when none was given: `$RUNBOOK_INVENTORY`, `./inventories/hosts*`, Ansible's own setting
 * (`$ANSIBLE_INVENTORY`, else `[defaults] inventory` of the ansible.cfg that Ansible would read), `/etc/ansible/hosts`.
 */
export async function findInventory(env: Environment, io: InventoryIo): Promise<Result<FoundInventory>> {
  const given = env['RUNBOOK_INVENTORY'];
  if (given !== undefined && given !== '') return ok({ sources: [given], why: '$RUNBOOK_INVENTORY' });
  for (const look of [() => inDirectory(io), () => inConfig(env, io), () => inSystem(io)]) {
    const found = await look();
    if (!found.ok) return found;
    if (found.value !== undefined) return ok(found.value);
  }
  return fail('not-found', 'no inventory was given and none was found', {
    hint: `give one with -i, or set RUNBOOK_INVENTORY; looked for ./inventories/hosts*, ansible.cfg and ${SYSTEM}`,
  });
}
