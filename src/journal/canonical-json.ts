import type { Json } from '../domain/json.ts';
import { isJsonObject } from '../domain/json.ts';

/** What JSON leaves as it is and a terminal that shows a file would act upon, or hide. */
const HIDDEN = /[\x7f-\x9f\p{Cf}\p{Zl}\p{Zp}]/gu;

/**
 * JSON that has one spelling for a value, so that texts are equal where values are: keys sorted by UTF-16 units, no blanks, and
 * characters that a terminal would act upon as escapes.
 */
export function canonicalJson(value: Json): string {
  return harmlessJson(JSON.stringify(sorted(value)));
}

/** The same JSON, with the characters that a terminal would act upon, or hide, as escapes. */
export function harmlessJson(json: string): string {
  return json.replace(HIDDEN, (character) =>
    Array.from({ length: character.length }, (_, index) => `\\u${character.charCodeAt(index).toString(16).padStart(4, '0')}`).join(''),
  );
}

function sorted(value: Json): Json {
  if (Array.isArray(value)) return value.map(sorted);
  if (!isJsonObject(value)) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, each]) => [key, sorted(each)]));
}
