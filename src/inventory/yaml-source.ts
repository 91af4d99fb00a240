import type { Node } from 'yaml';
import { type Failure, ok, type Result } from '../domain/failure.ts';
import { didYouMean, nearest } from './did-you-mean.ts';
import { type DraftGroup, type InventoryDraft, setVariable } from './draft.ts';
import { hostNames } from './host-pattern.ts';
import { parseYaml } from './parse-yaml.ts';
import { failAt } from './place.ts';
import type { Entry, YamlDocument } from './yaml-document.ts';

/** The way round: a script may ask Ansible for what its plugins find. */
export const INSTEAD_OF_PLUGIN = 'use a script that runs "ansible-inventory -i FILE --list" as the inventory';

const SECTIONS = ['hosts', 'vars', 'children'] as const;
/** Deeper nested groups are an alias that contains itself. */
const DEEPEST = 200;

/** Reads one YAML inventory into a draft, as Ansible's `plugins/inventory/yaml.py` does. */
class YamlReader {
  readonly #document: YamlDocument;
  readonly #draft: InventoryDraft;

  constructor(document: YamlDocument, draft: InventoryDraft) {
    this.#document = document;
    this.#draft = draft;
  }

  read(): Failure | undefined {
    const { root } = this.#document;
    const place = this.#document.place(root);
    if (this.#document.isNull(root)) return failed(failAt(place, 'this inventory is empty'));
    const entries = this.#document.entries(root);
    if (!entries.ok) return entries.failure;
    if (entries.value === undefined)
      return failed(failAt(place, 'an inventory is a mapping of groups', 'it begins with "all:" or the name of a group'));
    const plugin = entries.value.find((entry) => entry.key === 'plugin');
    if (plugin !== undefined) {
      const name = this.#document.text(plugin.value) ?? '';
      return failed(
        failAt(plugin.place, `this is the configuration of the inventory plugin "${name}", which is not supported`, INSTEAD_OF_PLUGIN),
      );
    }
    for (const entry of entries.value) {
      const group = this.#group(entry, 0);
      if (!group.ok) return group.failure;
    }
    return undefined;
  }

  #group(entry: Entry, depth: number): Result<DraftGroup> {
    const { key, place, value } = entry;
    if (depth > DEEPEST) return failAt(place, `groups are nested more than ${DEEPEST} deep, or an alias contains itself`);
    if (!entry.keyIsText || key === '') return failAt(place, `the name of a group must be text, and "${key}" is not`, 'put it in quotes');
    const sections = this.#mapping(value, `group "${key}"`);
    if (!sections.ok) return sections;
    const group = this.#draft.addGroup(key);
    for (const section of sections.value) {
      const failure = this.#section(group, section, depth);
      if (failure !== undefined) return { ok: false, failure };
    }
    return ok(group);
  }

  #section(group: DraftGroup, section: Entry, depth: number): Failure | undefined {
    const known = SECTIONS.find((each) => each === section.key);
    if (known === undefined) return this.#unknown(group, section);
    const single = this.#document.text(section.value);
    const what = `"${known}" of group "${group.name}"`;
    const entries =
      single === undefined
        ? this.#mapping(section.value, what)
        : ok([{ key: single, keyIsText: true, place: this.#document.place(section.value), value: undefined }]);
    if (!entries.ok) return entries.failure;
    for (const entry of entries.value) {
      const failure =
        known === 'hosts' ? this.#hosts(group, entry) : known === 'vars' ? this.#variable(group, entry) : this.#child(group, entry, depth);
      if (failure !== undefined) return failure;
    }
    return undefined;
  }

  /** Ansible warns and goes on. A slip of the hand is an error here, as it would lose hosts. */
  #unknown(group: DraftGroup, { key, place }: Entry): Failure | undefined {
    const message = `a group has hosts, vars and children, but no "${key}"`;
    if (nearest(key, SECTIONS) !== undefined) return failed(failAt(place, message, didYouMean(key, SECTIONS).hint));
    this.#draft.warn(place, `"${key}" in group "${group.name}" is skipped: ${message}`);
    return undefined;
  }

  #hosts(group: DraftGroup, { key, keyIsText, place, value }: Entry): Failure | undefined {
    if (!keyIsText) return failed(failAt(place, `the name of a host must be text, and "${key}" is not`, 'put it in quotes'));
    const expanded = hostNames(key, place);
    if (!expanded.ok) return expanded.failure;
    const vars = this.#mapping(value, `host "${key}"`);
    if (!vars.ok) return vars.failure;
    const values = [];
    for (const entry of vars.value) {
      const json = this.#document.json(entry.value);
      if (!json.ok) return json.failure;
      values.push({ ...entry, json: json.value });
    }
    for (const name of expanded.value.names) {
      const host = this.#draft.addHost(name, group, expanded.value.port, place);
      if (!host.ok) return host.failure;
      for (const each of values) {
        const bad = setVariable(host.value, each.key, each.json, each.place);
        if (bad !== undefined) return bad;
      }
    }
    return undefined;
  }

  #variable(group: DraftGroup, { key, place, value }: Entry): Failure | undefined {
    const json = this.#document.json(value);
    return json.ok ? setVariable(group, key, json.value, place) : json.failure;
  }

  #child(group: DraftGroup, entry: Entry, depth: number): Failure | undefined {
    const child = this.#group(entry, depth + 1);
    if (!child.ok) return child.failure;
    if (child.value === group) return failed(failAt(entry.place, `group "${group.name}" cannot be its own child`));
    if (!group.children.has(child.value)) group.children.set(child.value, entry.place);
    return undefined;
  }

  /** The entries of a mapping; none for nothing, `~` and empty text. */
  #mapping(node: Node | undefined, what: string): Result<readonly Entry[]> {
    if (this.#document.isNull(node) || this.#document.text(node) === '') return ok([]);
    const entries = this.#document.entries(node);
    if (!entries.ok) return entries;
    if (entries.value !== undefined) return ok(entries.value);
    return failAt(this.#document.place(node), `${what} must be a mapping`, 'write "name:" on a line of its own, not "- name"');
  }
}

function failed(result: Result<never>): Failure | undefined {
  return result.ok ? undefined : result.failure;
}

/** Reads an Ansible YAML (or JSON) inventory into the draft; the failure says what and where. */
export function readYaml(file: string, text: string, draft: InventoryDraft): Failure | undefined {
  const document = parseYaml(file, text);
  return document.ok ? new YamlReader(document.value, draft).read() : document.failure;
}
