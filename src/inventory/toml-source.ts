import { parse, TomlDate, TomlError } from 'smol-toml';
import { type Failure, ok, type Result } from '../domain/failure.ts';
import { isJsonObject, type Json, type JsonObject } from '../domain/json.ts';
import type { Place } from '../domain/runbook.ts';
import { didYouMean, nearest } from './did-you-mean.ts';
import { type DraftGroup, type InventoryDraft, setVariable } from './draft.ts';
import { addChildren } from './group-children.ts';
import { hostNames } from './host-pattern.ts';
import { failAt } from './place.ts';
import { INSTEAD_OF_PLUGIN } from './yaml-source.ts';

const SECTIONS = ['hosts', 'vars', 'children'] as const;

/** Deeper nested values are a mistake. */
const DEEPEST = 200;

/** A value of TOML as JSON: dates become text, as JSON has nothing for them. */
function plain(value: unknown): Json {
  if (value instanceof TomlDate) return value.toISOString();
  if (Array.isArray(value)) return value.map(plain);
  if (isJsonObject(value)) return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, plain(each)]));
  return typeof value === 'bigint' ? String(value) : (value as Json);
}

function parseToml(file: string, text: string): Result<JsonObject> {
  try {
    const tables = parse(text, { integersAsBigInt: 'asNeeded', unsafeKeyBehaviour: 'throw', maxDepth: DEEPEST, useLegacyDate: true });
    return ok(plain(tables) as JsonObject);
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    // The message goes on with the lines around the place.
    const [what = ''] = error.message.replace(/^Invalid TOML document: /, '').split('\n');
    return failAt({ file, line: error.line, column: error.column }, `not valid TOML: ${what}`);
  }
}

/** Reads one TOML inventory into a draft, as Ansible's `plugins/inventory/toml.py` does. What is parsed has no places but the file. */
class TomlReader {
  readonly #place: Place;
  readonly #draft: InventoryDraft;

  constructor(file: string, draft: InventoryDraft) {
    this.#place = { file, line: 1, column: 1 };
    this.#draft = draft;
  }

  read(tables: JsonObject): Failure | undefined {
    if (Object.keys(tables).length === 0) return this.#bad('this inventory is empty');
    if (tables['plugin'] !== undefined)
      return { ...this.#bad('this is the configuration of an inventory plugin, which is not supported'), hint: INSTEAD_OF_PLUGIN };
    for (const [name, table] of Object.entries(tables)) {
      const failure = this.#group(name, table);
      if (failure !== undefined) return failure;
    }
    return undefined;
  }

  #group(name: string, table: Json): Failure | undefined {
    if (!isJsonObject(table)) return this.#bad(`group "${name}" must be a table`);
    const group = this.#draft.addGroup(name);
    for (const [section, data] of Object.entries(table)) {
      const failure = this.#section(group, section, data);
      if (failure !== undefined) return failure;
    }
    return undefined;
  }

  #section(group: DraftGroup, section: string, data: Json): Failure | undefined {
    switch (section) {
      case 'hosts':
        return this.#each(data, `"hosts" of group "${group.name}"`, (name, vars) => this.#hosts(group, name, vars));
      case 'vars':
        return this.#each(data, `"vars" of group "${group.name}"`, (name, value) => setVariable(group, name, value, this.#place));
      case 'children':
        return addChildren(this.#draft, group, data, this.#place);
      default:
        return this.#unknown(group, section);
    }
  }

  #each(data: Json, what: string, take: (name: string, value: Json) => Failure | undefined): Failure | undefined {
    if (!isJsonObject(data)) return this.#bad(`${what} must be a table`);
    for (const [name, value] of Object.entries(data)) {
      const failure = take(name, value);
      if (failure !== undefined) return failure;
    }
    return undefined;
  }

  #hosts(group: DraftGroup, pattern: string, vars: Json): Failure | undefined {
    const expanded = hostNames(pattern, this.#place);
    if (!expanded.ok) return expanded.failure;
    for (const name of expanded.value.names) {
      const host = this.#draft.addHost(name, group, expanded.value.port, this.#place);
      if (!host.ok) return host.failure;
      const set = (variable: string, value: Json) => setVariable(host.value, variable, value, this.#place);
      const failure = this.#each(vars, `host "${pattern}"`, set);
      if (failure !== undefined) return failure;
    }
    return undefined;
  }

  /** Ansible warns and goes on. A slip of the hand is an error here, as it would lose hosts. */
  #unknown(group: DraftGroup, section: string): Failure | undefined {
    const message = `a group has hosts, vars and children, but "${group.name}" has "${section}"`;
    if (nearest(section, SECTIONS) !== undefined) return { ...this.#bad(message), ...didYouMean(section, SECTIONS) };
    this.#draft.warn(this.#place, `${message}, which is skipped`);
    return undefined;
  }

  #bad(message: string): Failure {
    return { code: 'bad-input', message, at: this.#place.file };
  }
}

/** Reads an Ansible TOML inventory into the draft; the failure says what and where. */
export function readToml(file: string, text: string, draft: InventoryDraft): Failure | undefined {
  const tables = parseToml(file, text);
  return tables.ok ? new TomlReader(file, draft).read(tables.value) : tables.failure;
}
