import { type Failure, ok, type Result } from '../domain/failure.ts';
import type { Place } from '../domain/runbook.ts';
import { didYouMean } from './did-you-mean.ts';
import { type DraftGroup, type InventoryDraft, setVariable } from './draft.ts';
import { hostNames } from './host-pattern.ts';
import { type Line, significantLines } from './ini-lines.ts';
import { failAt } from './place.ts';
import { iniValue } from './python-literal.ts';
import { splitWords, type Word } from './shell-words.ts';

const SECTION = /^\[([^:\]\s]+)(?::([\p{L}\p{N}_]+))?\]\s*(?:#.*)?$/u;
const GROUP_NAME = /^([^:\]\s]+)\s*(?:#.*)?$/;
const KINDS = ['hosts', 'children', 'vars'] as const;
type Kind = (typeof KINDS)[number];

/** A group that was named but not declared yet. */
interface Pending {
  readonly kind: 'children' | 'vars';
  readonly place: Place;
  readonly parents: { readonly group: DraftGroup; readonly place: Place }[];
}

/** Reads one INI inventory into a draft, line by line, as Ansible's `plugins/inventory/ini.py` does. */
class IniReader {
  readonly #file: string;
  readonly #draft: InventoryDraft;
  readonly #pending = new Map<string, Pending>();
  #group: DraftGroup;
  #kind: Kind = 'hosts';

  constructor(file: string, draft: InventoryDraft) {
    this.#file = file;
    this.#draft = draft;
    this.#group = draft.addGroup('ungrouped');
  }

  read(text: string): Failure | undefined {
    for (const line of significantLines(text)) {
      const done = line.text.startsWith('[') && line.text.includes(']') ? this.#bracketed(line) : this.#entry(line);
      if (!done.ok) return done.failure;
    }
    return this.#unresolved();
  }

  #place(line: Line, column = 1): Place {
    return { file: this.#file, line: line.number, column: line.column + column - 1 };
  }

  #bracketed(line: Line): Result<void> {
    const match = SECTION.exec(line.text);
    if (match !== null) return this.#section(line, match[1] ?? '', match[2] ?? 'hosts');
    if (!line.text.endsWith(']')) return this.#entry(line);
    return failAt(this.#place(line), `${line.text} is no section: write [group], [group:children] or [group:vars], without blanks`);
  }

  #section(line: Line, name: string, kind: string): Result<void> {
    const known = KINDS.find((each) => each === kind);
    if (known === undefined) {
      const place = this.#place(line, line.text.indexOf(kind, name.length + 1) + 1);
      const hint = didYouMean(kind, KINDS).hint ?? 'a section is [group], [group:children] or [group:vars]';
      return failAt(place, `section [${name}:${kind}] is of unknown kind "${kind}"`, hint);
    }
    const pending = this.#pending.get(name);
    if (known === 'vars' && pending === undefined && !this.#draft.groups.has(name)) {
      this.#pending.set(name, { kind: 'vars', place: this.#place(line), parents: [] });
    }
    this.#group = this.#draft.addGroup(name);
    this.#kind = known;
    if (known !== 'vars' && pending !== undefined) this.#declare(name, pending);
    return ok(undefined);
  }

  /** A group that others wait for is there: it becomes their child, and they, if they were waited for, become children in turn. */
  #declare(name: string, pending: Pending): void {
    this.#pending.delete(name);
    for (const { group, place } of pending.parents) {
      group.children.set(this.#draft.addGroup(name), place);
      const above = this.#pending.get(group.name);
      if (above?.kind === 'children') this.#declare(group.name, above);
    }
  }

  #entry(line: Line): Result<void> {
    if (this.#kind === 'hosts') return this.#hosts(line);
    return this.#kind === 'vars' ? this.#variable(line) : this.#child(line);
  }

  #hosts(line: Line): Result<void> {
    const words = splitWords(line.text, { comments: true });
    if (!words.ok) return failAt(this.#place(line), words.failure.message);
    const [first, ...assignments] = words.value;
    if (first === undefined) return ok(undefined);
    const place = this.#place(line, first.column);
    const expanded = hostNames(first.text, place);
    if (!expanded.ok) return expanded;
    if (first.text === '---') return failAt(place, '"---" begins a YAML file, but this is read as INI');
    const values = this.#assignments(line, assignments);
    if (!values.ok) return values;
    for (const name of expanded.value.names) {
      const host = this.#draft.addHost(name, this.#group, expanded.value.port, place);
      if (!host.ok) return host;
      for (const each of values.value) {
        const bad = setVariable(host.value, each.name, each.value, each.place);
        if (bad !== undefined) return { ok: false, failure: bad };
      }
    }
    return ok(undefined);
  }

  #assignments(line: Line, words: readonly Word[]) {
    const values = [];
    for (const { text, column } of words) {
      const equals = text.indexOf('=');
      const place = this.#place(line, column);
      if (equals < 0) return failAt(place, `expected variable=value, found "${text}"`, 'one host a line; a value with blanks needs quotes');
      values.push({ name: text.slice(0, equals), value: iniValue(text.slice(equals + 1)), place });
    }
    return ok(values);
  }

  #variable({ text, ...rest }: Line): Result<void> {
    const place = this.#place({ text, ...rest });
    const equals = text.indexOf('=');
    if (equals < 0) return failAt(place, `expected variable=value in [${this.#group.name}:vars], found "${text}"`);
    const bad = setVariable(this.#group, text.slice(0, equals).trim(), iniValue(text.slice(equals + 1).trim()), place);
    return bad === undefined ? ok(undefined) : { ok: false, failure: bad };
  }

  #child(line: Line): Result<void> {
    const place = this.#place(line);
    const name = GROUP_NAME.exec(line.text)?.[1];
    if (name === undefined) return failAt(place, `expected the name of a group in [${this.#group.name}:children], found "${line.text}"`);
    const known = this.#draft.groups.get(name);
    if (known === this.#group) return failAt(place, `group "${name}" cannot be its own child`);
    if (known !== undefined) {
      if (!this.#group.children.has(known)) this.#group.children.set(known, place);
      return ok(undefined);
    }
    const pending = this.#pending.get(name) ?? { kind: 'children', place, parents: [] };
    pending.parents.push({ group: this.#group, place });
    this.#pending.set(name, pending);
    return ok(undefined);
  }

  #unresolved(): Failure | undefined {
    for (const [name, { kind, place }] of this.#pending) {
      const others = [...this.#draft.groups.keys()].filter((other) => !this.#pending.has(other));
      const message = kind === 'vars' ? `[${name}:vars] is for a group that is not defined` : `there is no group "${name}" to be a child`;
      const failed = failAt(place, message, didYouMean(name, others).hint ?? `add a section [${name}]`);
      if (!failed.ok) return failed.failure;
    }
    return undefined;
  }
}

/** Reads an Ansible INI inventory into the draft; the failure says what and where. */
export function readIni(file: string, text: string, draft: InventoryDraft): Failure | undefined {
  return new IniReader(file, draft).read(text);
}
