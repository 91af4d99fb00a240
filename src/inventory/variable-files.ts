import { basename, dirname, extname, join } from 'node:path';
import { fail, ok, type Result } from '../domain/failure.ts';
import { isJsonObject, type JsonObject } from '../domain/json.ts';
import { Secret } from '../domain/secret.ts';
import type { Value, VariableFiles, Variables } from './assemble.ts';
import type { InventoryIo } from './inventory-io.ts';
import { parseYaml } from './parse-yaml.ts';
import { failAt } from './place.ts';
import { pathKind, readNames, readText } from './read-text.ts';
import type { Unsealer } from './unsealer.ts';
import { isVaultText } from './vault-envelope.ts';

/** In the order in which Ansible looks; the first that exists is read, the others are not. */
const EXTENSIONS = ['', '.yml', '.yaml', '.json'];

/** What `age` encrypted stands beside what everybody may read, and is read as well. */
const AGE = '.age';

/** What reads need beside a path. */
interface Means {
  readonly io: InventoryIo;
  readonly unsealer: Unsealer;
}

function parsed(path: string, text: string): Result<JsonObject> {
  const document = parseYaml(path, text);
  if (!document.ok) return document;
  const { root } = document.value;
  if (document.value.isNull(root)) return ok({});
  const vars = document.value.json(root);
  if (!vars.ok) return vars;
  return isJsonObject(vars.value) ? ok(vars.value) : failAt({ file: path, line: 1, column: 1 }, 'a file of variables must be a mapping');
}

/** Variables of a file that was encrypted, each of them a secret. What is wrong with it is not quoted. */
function sealed(path: string, text: Result<Secret<string>>): Result<Variables> {
  if (!text.ok) return text;
  const vars = parsed(path, text.value.reveal());
  if (vars.ok) return ok(Object.fromEntries(Object.entries(vars.value).map(([name, value]) => [name, new Secret(value)])));
  const { at = path } = vars.failure;
  return fail('bad-input', 'what is encrypted here is no mapping of variables in YAML', { at });
}

async function readFile(path: string, { io, unsealer }: Means): Promise<Result<Variables>> {
  if (path.endsWith(AGE)) return sealed(path, await unsealer.age(path));
  const text = await readText(path, io);
  if (!text.ok) return text;
  if (!isVaultText(text.value)) return parsed(path, text.value);
  return sealed(path, await unsealer.vault(text.value, path));
}

function isVariableFile(name: string): boolean {
  return !name.startsWith('.') && !name.endsWith('~') && EXTENSIONS.includes(extname(basename(name, AGE)));
}

/** All variable files of a directory such as `group_vars/web/`, and of directories below it without an extension. */
async function readDirectory(directory: string, means: Means): Promise<Result<Variables>> {
  const names = await readNames(directory, means.io);
  if (!names.ok) return names;
  const vars = new Map<string, Value>();
  for (const name of names.value) {
    if (!isVariableFile(name)) continue;
    const path = join(directory, name);
    const kind = await pathKind(path, means.io);
    if (!kind.ok) return kind;
    if (kind.value === 'directory' && extname(name) !== '') continue;
    const read = await (kind.value === 'directory' ? readDirectory(path, means) : readFile(path, means));
    if (!read.ok) return read;
    for (const [key, value] of Object.entries(read.value)) vars.set(key, value);
  }
  return ok(Object.fromEntries(vars));
}

/** The files, or the directory, of one group or host: the first of Ansible's, then the first that `age` encrypted. */
function filesOf(name: string, present: ReadonlySet<string>): readonly string[] {
  const first = (end: string) => EXTENSIONS.map((extension) => name + extension + end).find((each) => present.has(each));
  return [first(''), first(AGE)].filter((file) => file !== undefined);
}

async function readAll(directory: string, wanted: Iterable<string>, means: Means): Promise<Result<ReadonlyMap<string, Variables>>> {
  const found = new Map<string, Variables>();
  const kind = await pathKind(directory, means.io);
  if (!kind.ok) return kind;
  if (kind.value !== 'directory') return ok(found);
  const names = await readNames(directory, means.io);
  if (!names.ok) return names;
  const present = new Set(names.value);
  for (const name of wanted) {
    for (const file of filesOf(name, present)) {
      const path = join(directory, file);
      const what = await pathKind(path, means.io);
      if (!what.ok) return what;
      const read = await (what.value === 'directory' ? readDirectory(path, means) : readFile(path, means));
      if (!read.ok) return read;
      found.set(name, { ...found.get(name), ...read.value });
    }
  }
  return ok(found);
}

/** Reads `group_vars` and `host_vars` beside a source file, or in a source directory, for the names that exist. */
export async function readVariableFiles(
  source: { readonly path: string; readonly isDirectory: boolean },
  names: { readonly groups: Iterable<string>; readonly hosts: Iterable<string> },
  means: Means,
): Promise<Result<VariableFiles>> {
  const base = source.isDirectory ? source.path : dirname(source.path);
  const groups = await readAll(join(base, 'group_vars'), names.groups, means);
  if (!groups.ok) return groups;
  const hosts = await readAll(join(base, 'host_vars'), names.hosts, means);
  return hosts.ok ? ok({ groups: groups.value, hosts: hosts.value }) : hosts;
}
