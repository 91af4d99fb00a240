import { join } from 'node:path';
import { fail, ok, type Result } from '../domain/failure.ts';
import type { InventoryIo } from './inventory-io.ts';
import { pathKind, readNames } from './read-text.ts';

/** Names that Ansible passes over in an inventory directory (`inventory/manager.py`; `.ini` is read, as since 2.19). */
const IGNORED = /^\.|^(?:host_vars|group_vars|vars_plugins)$|(?:~|\.(?:orig|cfg|retry|pyc|pyo|swp|bak|rpm|md|txt|rst))$/;

const DEEPEST = 32;

/** True for a name in a directory that is no inventory: hidden, a backup, variables, or documentation. */
export function isIgnoredName(name: string): boolean {
  return IGNORED.test(name);
}

/** The files of an inventory directory and of those below it, in the order in which they are read. */
export async function filesIn(directory: string, io: InventoryIo, depth = 0): Promise<Result<readonly string[]>> {
  if (depth > DEEPEST) return fail('bad-input', `${directory} is nested more than ${DEEPEST} deep, or a link to itself`, { at: directory });
  const names = await readNames(directory, io);
  if (!names.ok) return names;
  const files: string[] = [];
  for (const name of names.value) {
    if (isIgnoredName(name)) continue;
    const path = join(directory, name);
    const kind = await pathKind(path, io);
    if (!kind.ok) return kind;
    if (kind.value === 'file') files.push(path);
    if (kind.value !== 'directory') continue;
    const below = await filesIn(path, io, depth + 1);
    if (!below.ok) return below;
    files.push(...below.value);
  }
  return ok(files);
}
