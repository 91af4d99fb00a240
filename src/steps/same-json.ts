import { isDeepStrictEqual } from 'node:util';
import type { Json } from '../domain/json.ts';

/** True when two JSON values are equal; the order of an object's keys does not matter. */
export function sameJson(a: Json, b: Json): boolean {
  return isDeepStrictEqual(plain(a), plain(b));
}

/** Without prototypes, which YAML and JSON readers choose differently. */
function plain(value: Json): unknown {
  return JSON.parse(JSON.stringify(value));
}
