import { isJsonObject, type Json, type JsonObject } from '../domain/json.ts';
import { readPythonString } from './python-string.ts';
import { isReservedName } from './reserved-name.ts';

/** Python gives up on more nested brackets than this. */
const DEEPEST = 200;

const DIGITS = '[0-9](?:_?[0-9])*';
const FLOAT = new RegExp(`(?:(?:${DIGITS})?\\.${DIGITS}|${DIGITS}\\.)(?:[eE][+-]?${DIGITS})?|${DIGITS}[eE][+-]?${DIGITS}`, 'y');
const INTEGER = /0[xX](?:_?[0-9a-fA-F])+|0[oO](?:_?[0-7])+|0[bB](?:_?[01])+|[1-9](?:_?[0-9])*|0(?:_?0)*/y;
const KEYWORD = /(?:True|False|None)(?![\p{L}\p{N}_])/uy;
const BLANK = /(?:[ \t\f\r\n]|#[^\n]*)*/y;

const KEYWORDS: ReadonlyMap<string, Json> = new Map<string, Json>([
  ['True', true],
  ['False', false],
  ['None', null],
]);

/** Reads one literal from left to right; every method answers `undefined` for what is no literal, or none that JSON can hold. */
class LiteralReader {
  readonly #text: string;
  #at = 0;
  #sawBytes = false;

  constructor(text: string) {
    this.#text = text.replace(/^[ \t]+/, '');
  }

  whole(): Json | undefined {
    const items = this.#items(undefined, 0);
    if (items === undefined || items.values.length === 0) return undefined;
    const value = items.comma ? items.values : items.values[0];
    if (this.#sawBytes && typeof value !== 'string') return undefined;
    return value;
  }

  #take(form: RegExp): string | undefined {
    form.lastIndex = this.#at;
    const found = form.exec(this.#text)?.[0];
    if (found !== undefined) this.#at += found.length;
    return found;
  }

  #accept(character: string): boolean {
    this.#take(BLANK);
    if (!this.#text.startsWith(character, this.#at)) return false;
    this.#at += character.length;
    return true;
  }

  /** Elements up to `close`, or to the end of the text. */
  #items(close: string | undefined, depth: number): { readonly values: Json[]; readonly comma: boolean } | undefined {
    const values: Json[] = [];
    let comma = false;
    let open = true;
    for (;;) {
      if (close === undefined ? this.#ended() : this.#accept(close)) return { values, comma };
      if (!open) return undefined;
      const value = this.#element(depth);
      if (value === undefined) return undefined;
      values.push(value);
      open = this.#accept(',');
      comma ||= open;
    }
  }

  #ended(): boolean {
    this.#take(BLANK);
    return this.#at === this.#text.length;
  }

  #element(depth: number): Json | undefined {
    this.#take(BLANK);
    if (depth > DEEPEST) return undefined;
    if (this.#accept('[')) return this.#items(']', depth + 1)?.values;
    if (this.#accept('{')) return this.#dictionary(depth + 1);
    if (this.#accept('(')) return this.#tuple(depth + 1);
    if (this.#accept('-')) return negative(this.#number());
    if (this.#accept('+')) return this.#number();
    const keyword = this.#take(KEYWORD);
    if (keyword !== undefined) return KEYWORDS.get(keyword);
    return this.#strings() ?? this.#number();
  }

  #tuple(depth: number): Json | undefined {
    const items = this.#items(')', depth);
    return items?.values.length === 1 && !items.comma ? items.values[0] : items?.values;
  }

  #dictionary(depth: number): JsonObject | undefined {
    const entries = new Map<string, Json>();
    let open = true;
    while (!this.#accept('}')) {
      const key = open ? keyOf(this.#element(depth)) : undefined;
      if (key === undefined || isReservedName(key) || !this.#accept(':')) return undefined;
      const value = this.#element(depth);
      if (value === undefined) return undefined;
      entries.set(key, value);
      open = this.#accept(',');
    }
    return Object.fromEntries(entries);
  }

  #number(): number | undefined {
    this.#take(BLANK);
    const float = this.#take(FLOAT);
    if (float !== undefined) {
      const value = Number(float.replaceAll('_', ''));
      return Number.isFinite(value) ? value : undefined;
    }
    const integer = this.#take(INTEGER);
    if (integer === undefined) return undefined;
    const value = Number(integer.replaceAll('_', ''));
    return Number.isSafeInteger(value) ? value : undefined;
  }

  /** Neighbouring strings are one; text and bytes do not mix. */
  #strings(): string | undefined {
    let value: string | undefined;
    let bytes = false;
    for (;;) {
      this.#take(BLANK);
      const part = readPythonString(this.#text, this.#at);
      if (part === undefined) break;
      if (value !== undefined && bytes !== part.bytes) return undefined;
      value = (value ?? '') + part.value;
      bytes = part.bytes;
      this.#at = part.end;
    }
    this.#sawBytes ||= bytes;
    return value !== undefined && bytes ? decoded(value) : value;
  }
}

function negative(value: number | undefined): number | undefined {
  return value === undefined ? undefined : 0 - value;
}

function decoded(bytes: string): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Buffer.from(bytes, 'latin1'));
  } catch {
    return undefined;
  }
}

/** A dictionary's key as JSON writes it. */
function keyOf(value: Json | undefined): string | undefined {
  if (value === undefined || Array.isArray(value) || isJsonObject(value)) return undefined;
  return String(value);
}

/**
 * The value of an INI variable: what Python's `ast.literal_eval` makes of it, else the text itself (Ansible's `ini.py`), for host lines
 * and `:vars` alike. What JSON cannot hold (sets, complex numbers, integers past 2^53, infinity) stays text.
 */
export function iniValue(text: string): Json {
  const value = new LiteralReader(text).whole();
  return value === undefined ? text : value;
}
