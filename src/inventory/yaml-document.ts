import { type Alias, isAlias, isMap, isNode, isScalar, isSeq, type LineCounter, type Node, type YAMLMap } from 'yaml';
import { ok, type Result } from '../domain/failure.ts';
import type { Json } from '../domain/json.ts';
import type { Place } from '../domain/runbook.ts';
import { failAt } from './place.ts';
import { isReservedName } from './reserved-name.ts';
import { scalarValue, tagFault, vaulted } from './yaml-tag.ts';

/** Aliases count each time they are used; more nodes than this are taken for an alias bomb. */
const MOST_NODES = 2_000_000;
const DEEPEST = 200;

/** One `key: value` of a mapping. */
export interface Entry {
  readonly key: string;
  /** False for a key such as `10` or `yes`, which YAML takes for something else than text. */
  readonly keyIsText: boolean;
  readonly place: Place;
  readonly value: Node | undefined;
}

/** A parsed YAML file whose values are read by PyYAML's rules, with the place of everything. */
export class YamlDocument {
  readonly root: Node | undefined;
  readonly #file: string;
  readonly #lines: LineCounter;
  readonly #aliased: ReadonlyMap<Alias, Node>;
  #nodes = 0;

  constructor(file: string, root: Node | undefined, lines: LineCounter, aliased: ReadonlyMap<Alias, Node>) {
    this.#file = file;
    this.root = root;
    this.#lines = lines;
    this.#aliased = aliased;
  }

  /** Where a node begins; the start of the file when it is not known. */
  place(node: Node | undefined): Place {
    const { line, col } = this.#lines.linePos(node?.range?.[0] ?? 0);
    return { file: this.#file, line: Math.max(line, 1), column: Math.max(col, 1) };
  }

  /** The node that an alias stands for. */
  target(node: Node | undefined): Node | undefined {
    return node !== undefined && isAlias(node) ? this.#aliased.get(node) : node;
  }

  /** True for nothing at all, `~` and `null`. */
  isNull(node: Node | undefined): boolean {
    const target = this.target(node);
    return target === undefined || (isScalar(target) && scalarValue(target) === null);
  }

  /** The text of a node, if it is text. */
  text(node: Node | undefined): string | undefined {
    const target = this.target(node);
    const value = target !== undefined && isScalar(target) ? scalarValue(target) : undefined;
    return typeof value === 'string' ? value : undefined;
  }

  /** The entries of a mapping, `<<` merged in (what is written out wins); `undefined` when the node is no mapping. */
  entries(node: Node | undefined, depth = 0): Result<readonly Entry[] | undefined> {
    const map = this.target(node);
    if (map === undefined || !isMap(map)) return ok(undefined);
    const fault = tagFault(map);
    if (fault !== undefined) return failAt(this.place(map), fault);
    const counted = this.#count(map, depth);
    if (!counted.ok) return counted;
    const written = new Map<string, Entry>();
    const merged = new Map<string, Entry>();
    for (const pair of map.items) {
      const entry = this.#entry(pair.key, pair.value, map);
      if (!entry.ok) return entry;
      const { key, keyIsText, place } = entry.value;
      if (key === '<<' && keyIsText) {
        const failed = this.#merge(entry.value, merged, depth);
        if (!failed.ok) return failed;
        continue;
      }
      const first = written.get(key);
      if (first !== undefined) return failAt(place, `"${key}" stands here for the second time`, `the first is in line ${first.place.line}`);
      written.set(key, entry.value);
    }
    return ok(merged.size === 0 ? [...written.values()] : [...new Map([...merged, ...written]).values()]);
  }

  /** A node as plain data. `!vault` becomes `{ __ansible_vault: text }`, as `ansible-inventory` prints it. */
  json(node: Node | undefined, depth = 0): Result<Json> {
    const target = this.target(node);
    if (target === undefined) return ok(null);
    const fault = tagFault(target);
    if (fault !== undefined) return failAt(this.place(target), fault, 'inventories may use !vault and !unsafe');
    if (isScalar(target)) return this.#count(target, depth, vaulted(target) ?? scalarValue(target));
    if (isSeq(target)) return this.#list(target.items, target, depth);
    const entries = this.entries(target, depth);
    if (!entries.ok) return entries;
    const object = new Map<string, Json>();
    for (const { key, value } of entries.value ?? []) {
      const converted = this.json(value, depth + 1);
      if (!converted.ok) return converted;
      object.set(key, converted.value);
    }
    return ok(Object.fromEntries(object));
  }

  #list(items: readonly unknown[], node: Node, depth: number): Result<Json> {
    const counted = this.#count(node, depth);
    if (!counted.ok) return counted;
    const values: Json[] = [];
    for (const item of items) {
      const value = this.json(isNode(item) ? item : undefined, depth + 1);
      if (!value.ok) return value;
      values.push(value.value);
    }
    return ok(values);
  }

  #count(node: Node, depth: number): Result<null>;
  #count(node: Node, depth: number, value: Json): Result<Json>;
  #count(node: Node, depth: number, value: Json = null): Result<Json> {
    this.#nodes++;
    if (depth > DEEPEST) return failAt(this.place(node), `nested more than ${DEEPEST} deep, or an alias that contains itself`);
    return this.#nodes > MOST_NODES ? failAt(this.place(node), `aliases make this file more than ${MOST_NODES} values`) : ok(value);
  }

  #entry(key: unknown, value: unknown, map: YAMLMap): Result<Entry> {
    const node = isNode(key) ? this.target(key) : undefined;
    const place = this.place(isNode(key) ? key : map);
    if (node !== undefined && !isScalar(node)) return failAt(place, 'a list or a mapping cannot be a key');
    const text = String(node?.value ?? '');
    if (isReservedName(text)) return failAt(place, `"${text}" cannot be a key`);
    const keyIsText = node !== undefined && typeof scalarValue(node) === 'string';
    return ok({ key: text, keyIsText, place, value: isNode(value) ? value : undefined });
  }

  /** Of several merged mappings the first to have a key wins. */
  #merge({ value, place }: Entry, into: Map<string, Entry>, depth: number): Result<null> {
    const target = this.target(value);
    const sources = target !== undefined && isSeq(target) ? target.items : [target];
    for (const source of sources) {
      const entries = this.entries(isNode(source) ? source : undefined, depth + 1);
      if (!entries.ok) return entries;
      if (entries.value === undefined) return failAt(place, '"<<" merges a mapping, or a list of mappings');
      for (const entry of entries.value) if (!into.has(entry.key)) into.set(entry.key, entry);
    }
    return ok(null);
  }
}
