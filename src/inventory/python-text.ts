import { isJsonObject, type Json } from '../domain/json.ts';
import { byCodePoint } from './code-points.ts';

const ESCAPES: ReadonlyMap<string, string> = new Map([
  ['\\', '\\\\'],
  ['\n', '\\n'],
  ['\r', '\\r'],
  ['\t', '\\t'],
]);

/** A character as Python's `repr` writes it: what is not printed is escaped. */
function escaped(character: string): string {
  const known = ESCAPES.get(character);
  if (known !== undefined) return known;
  if (character === ' ' || !/[\p{C}\p{Z}]/u.test(character)) return character;
  const hex = (character.codePointAt(0) ?? 0).toString(16);
  if (hex.length <= 2) return `\\x${hex.padStart(2, '0')}`;
  return hex.length <= 4 ? `\\u${hex.padStart(4, '0')}` : `\\U${hex.padStart(8, '0')}`;
}

function quoted(text: string): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  return `${quote}${Array.from(text, (character) => (character === quote ? `\\${quote}` : escaped(character))).join('')}${quote}`;
}

function represented(value: Json): string {
  if (typeof value === 'string') return quoted(value);
  if (Array.isArray(value)) return `[${value.map(represented).join(', ')}]`;
  if (!isJsonObject(value)) return pythonText(value);
  return `{${Object.entries(value)
    .map(([key, each]) => `${quoted(key)}: ${represented(each)}`)
    .join(', ')}}`;
}

/** A value as Python's `str` writes it, as it stands in `ansible-inventory --graph --vars`. A float without a fraction is written as an integer, and a tuple as a list. */
export function pythonText(value: Json): string {
  if (typeof value === 'string') return value;
  if (value === null) return 'None';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  return typeof value === 'number' ? String(value) : represented(value);
}

/** Control and format characters: a terminal would act upon them, or hide them. */
const HIDDEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

/** A value as JSON in which nothing is hidden: the same value, with escapes where Python writes the character itself. */
function quietJson(value: Json): string {
  return JSON.stringify(value).replace(HIDDEN, (character) =>
    Array.from({ length: character.length }, (_, unit) => `\\u${character.charCodeAt(unit).toString(16).padStart(4, '0')}`).join(''),
  );
}

/** JSON as Python's `json.dumps(value, sort_keys=True, indent=4, ensure_ascii=False)` writes it, as `ansible-inventory` prints it. */
export function pythonJson(value: Json, indent = ''): string {
  const inner = `${indent}    `;
  if (Array.isArray(value)) {
    if (value.length === 0) return '[]';
    return `[\n${value.map((each) => inner + pythonJson(each, inner)).join(',\n')}\n${indent}]`;
  }
  if (!isJsonObject(value)) return quietJson(value);
  const keys = Object.keys(value).sort(byCodePoint);
  if (keys.length === 0) return '{}';
  return `{\n${keys.map((key) => `${inner}${quietJson(key)}: ${pythonJson(value[key] ?? null, inner)}`).join(',\n')}\n${indent}}`;
}
