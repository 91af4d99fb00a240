import { resolve } from 'node:path';
import { type Failure, ok, type Result } from '../domain/failure.ts';
import { isJsonObject, type Json, type JsonObject } from '../domain/json.ts';
import type { Place } from '../domain/runbook.ts';
import { type DraftGroup, type DraftHost, type InventoryDraft, setVariable } from './draft.ts';
import { addChildren } from './group-children.ts';
import type { InventoryIo } from './inventory-io.ts';
import { parseJson } from './parse-json.ts';
import { failAt } from './place.ts';
import { programText } from './program-text.ts';

/** How many `--host` calls run at the same time; Ansible makes them one after another. */
const AT_ONCE = 4;

const SECTIONS = ['hosts', 'vars', 'children'];

/** Writes what one inventory script said into a draft, as Ansible's `plugins/inventory/script.py` does. */
class ScriptReader {
  readonly #place: Place;
  readonly #draft: InventoryDraft;
  /** The hosts that this script names itself. */
  readonly hosts = new Set<DraftHost>();

  constructor(file: string, draft: InventoryDraft) {
    this.#place = { file, line: 1, column: 1 };
    this.#draft = draft;
  }

  group(name: string, data: Json): Failure | undefined {
    const group = this.#draft.addGroup(name);
    if (!isJsonObject(data)) return this.#hosts(group, data);
    // Without any of these words it is a host of that name with its variables.
    if (!SECTIONS.some((section) => Object.hasOwn(data, section))) return this.#hosts(group, [name]) ?? this.variables(group, data);
    const hosts = data['hosts'] === undefined ? undefined : this.#hosts(group, data['hosts']);
    const { vars, children } = data;
    const variables = hosts ?? (vars === undefined ? undefined : this.variables(group, vars));
    return variables ?? (children === undefined ? undefined : addChildren(this.#draft, group, children, this.#place));
  }

  variables(owner: DraftHost | DraftGroup, vars: Json): Failure | undefined {
    if (!isJsonObject(vars)) return this.#bad(`the variables of "${owner.name}" must be an object`);
    for (const [name, value] of Object.entries(vars)) {
      const bad = setVariable(owner, name, value, this.#place);
      if (bad !== undefined) return bad;
    }
    return undefined;
  }

  #hosts(group: DraftGroup, names: Json): Failure | undefined {
    if (!Array.isArray(names)) return this.#bad(`the hosts of group "${group.name}" must be a list`);
    for (const name of names) {
      if (typeof name !== 'string') return this.#bad(`a host of group "${group.name}" must be text, not ${JSON.stringify(name)}`);
      const host = this.#draft.addHost(name, group, undefined, this.#place);
      if (!host.ok) return host.failure;
      this.hosts.add(host.value);
    }
    return undefined;
  }

  #bad(message: string): Failure {
    return { code: 'bad-input', message, at: this.#place.file };
  }
}

async function ask(path: string, args: readonly string[], io: InventoryIo): Promise<Result<JsonObject>> {
  const said = await programText({ argv: [resolve(path), ...args], what: `the inventory script (${args.join(' ')})`, at: path }, io);
  if (!said.ok) return said;
  const what = `what it printed for ${args.join(' ')}`;
  if (said.value.trim() === '' && args[0] === '--host') return ok({});
  const data = parseJson(path, said.value, what);
  if (!data.ok || isJsonObject(data.value)) return data as Result<JsonObject>;
  return failAt({ file: path, line: 1, column: 1 }, `${what} must be a JSON object`);
}

/** Asks for each host alone, as scripts without `_meta` want it. */
async function askEach(path: string, hosts: readonly DraftHost[], io: InventoryIo): Promise<Result<ReadonlyMap<DraftHost, JsonObject>>> {
  const answers = new Map<DraftHost, JsonObject>();
  for (let start = 0; start < hosts.length; start += AT_ONCE) {
    const some = hosts.slice(start, start + AT_ONCE);
    const found = await Promise.all(some.map((host) => ask(path, ['--host', host.name], io)));
    for (const [index, answer] of found.entries()) {
      if (!answer.ok) return answer;
      const host = some[index];
      if (host !== undefined) answers.set(host, answer.value);
    }
  }
  return ok(answers);
}

/** Runs an inventory script (`--list`, and `--host NAME` when it prints no `_meta.hostvars`) and reads what it prints into the draft. */
export async function readScript(path: string, draft: InventoryDraft, io: InventoryIo): Promise<Failure | undefined> {
  const listed = await ask(path, ['--list'], io);
  if (!listed.ok) return listed.failure;
  const { _meta: meta, ...groups } = listed.value;
  const reader = new ScriptReader(path, draft);
  for (const [name, data] of Object.entries(groups)) {
    const failure = reader.group(name, data);
    if (failure !== undefined) return failure;
  }
  const known = isJsonObject(meta) ? meta['hostvars'] : undefined;
  if (known !== undefined && known !== null && !isJsonObject(known))
    return { code: 'bad-input', message: '_meta.hostvars must be an object', at: path };
  const hosts = [...reader.hosts];
  const answers = known ? ok(new Map(hosts.map((host) => [host, known[host.name] ?? {}]))) : await askEach(path, hosts, io);
  if (!answers.ok) return answers.failure;
  for (const [host, vars] of answers.value) {
    const failure = reader.variables(host, vars);
    if (failure !== undefined) return failure;
  }
  return undefined;
}
