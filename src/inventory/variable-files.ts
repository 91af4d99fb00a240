import { dirname, extname, join } from 'node:path';
import { ok, type Result } from '../domain/failure.ts';
import { isJsonObject, type Json, type JsonObject } from '../domain/json.ts';
import type { VariableFiles } from './assemble.ts';
import type { InventoryIo } from './inventory-io.ts';
import { parseYaml } from './parse-yaml.ts';
import { failAt } from './place.ts';
import { pathKind, readNames, readText } from './read-text.ts';

/** In the order in which Ansible looks; the first that exists is read, the others are not. */
const EXTENSIONS = ['', '.yml', '.yaml', '.json'];

async function readFile(path: string, io: InventoryIo): Promise<Result<JsonObject>> {
  const text = await readText(path, io);
  if (!text.ok) return text;
  const start = { file: path, line: 1, column: 1 };
  if (text.value.startsWith('$ANSIBLE_VAULT;'))
    return failAt(start, 'this file is encrypted with ansible-vault, which is not supported yet');
  const document = parseYaml(path, text.value);
  if (!document.ok) return document;
  const { root } = document.value;
  if (document.value.isNull(root)) return ok({});
  const vars = document.value.json(root);
  if (!vars.ok) return vars;
  return isJsonObject(vars.value) ? ok(vars.value) : failAt(start, 'a file of variables must be a mapping');
}

/** All variable files of a directory such as `group_vars/web/`, and of directories below it without an extension. */
async function readDirectory(directory: string, io: InventoryIo): Promise<Result<JsonObject>> {
  const names = await readNames(directory, io);
  if (!names.ok) return names;
  const vars = new Map<string, Json>();
  for (const name of names.value) {
    if (name.startsWith('.') || name.endsWith('~') || !EXTENSIONS.includes(extname(name))) continue;
    const path = join(directory, name);
    const kind = await pathKind(path, io);
    if (!kind.ok) return kind;
    if (kind.value === 'directory' && extname(name) !== '') continue;
    const read = await (kind.value === 'directory' ? readDirectory(path, io) : readFile(path, io));
    if (!read.ok) return read;
    for (const [key, value] of Object.entries(read.value)) vars.set(key, value);
  }
  return ok(Object.fromEntries(vars));
}

async function readAll(directory: string, wanted: Iterable<string>, io: InventoryIo): Promise<Result<ReadonlyMap<string, JsonObject>>> {
  const found = new Map<string, JsonObject>();
  const kind = await pathKind(directory, io);
  if (!kind.ok) return kind;
  if (kind.value !== 'directory') return ok(found);
  const names = await readNames(directory, io);
  if (!names.ok) return names;
  const present = new Set(names.value);
  for (const name of wanted) {
    const file = EXTENSIONS.map((extension) => name + extension).find((each) => present.has(each));
    if (file === undefined) continue;
    const path = join(directory, file);
    const what = await pathKind(path, io);
    if (!what.ok) return what;
    const read = await (what.value === 'directory' ? readDirectory(path, io) : readFile(path, io));
    if (!read.ok) return read;
    found.set(name, read.value);
  }
  return ok(found);
}

/** Reads `group_vars` and `host_vars` beside a source file, or in a source directory, for the names that exist. */
export async function readVariableFiles(
  source: { readonly path: string; readonly isDirectory: boolean },
  names: { readonly groups: Iterable<string>; readonly hosts: Iterable<string> },
  io: InventoryIo,
): Promise<Result<VariableFiles>> {
  const base = source.isDirectory ? source.path : dirname(source.path);
  const groups = await readAll(join(base, 'group_vars'), names.groups, io);
  if (!groups.ok) return groups;
  const hosts = await readAll(join(base, 'host_vars'), names.hosts, io);
  return hosts.ok ? ok({ groups: groups.value, hosts: hosts.value }) : hosts;
}
