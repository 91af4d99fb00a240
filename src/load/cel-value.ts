import { isJsonObject, type Json, type JsonObject } from '../domain/json.ts';
import type { CelType } from './cel-type.ts';

/** Something in an expression's result that has no place in plain data. */
export class NotJson extends Error {}

const REFUSED_KEYS: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);

/**
 * A value as CEL wants it: safe integers as BigInt where the type says so or leaves it open (CEL's int and double differ),
 * maps as Map (so that no key of a host reaches an object's prototype), typed objects as instances of their class.
 * A value that is not what its type says is left as it is: CEL refuses it where it is used.
 */
export function toCel(value: Json, type: CelType): unknown {
  if (typeof value === 'number') return type.kind !== 'double' && Number.isSafeInteger(value) ? BigInt(value) : value;
  if (value === null || typeof value !== 'object') return value;
  if (!isJsonObject(value)) {
    const of = type.kind === 'list' ? type.of : ANY;
    return value.map((element) => toCel(element, of));
  }
  if (type.kind === 'object') {
    const known = Object.entries(value).filter(([key]) => type.fields.has(key));
    return new type.instance(new Map(known.map(([key, field]) => [key, toCel(field, type.fields.get(key) ?? ANY)])));
  }
  const of = type.kind === 'map' ? type.of : ANY;
  return new Map(Object.entries(value).map(([key, field]) => [key, toCel(field, of)]));
}

const ANY: CelType = { kind: 'dyn' };

/** An expression's result as plain data; throws {@link NotJson} for what has no place in it. */
export function fromCel(value: unknown): Json {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return value;
    case 'number':
      if (Number.isFinite(value)) return value;
      throw new NotJson('the result is not a finite number');
    case 'bigint':
      if (value >= Number.MIN_SAFE_INTEGER && value <= Number.MAX_SAFE_INTEGER) return Number(value);
      throw new NotJson('the result is a number beyond 2^53');
  }
  if (value === null) return null;
  if (Array.isArray(value)) return value.map(fromCel);
  if (value instanceof Map) return fromEntries([...value]);
  if (isPlainObject(value)) return fromEntries(Object.entries(value));
  throw new NotJson('the result is not plain data, but a point in time, a length of time or bytes');
}

function fromEntries(entries: readonly (readonly [unknown, unknown])[]): JsonObject {
  return Object.fromEntries(
    entries.map(([key, field]) => {
      const name = String(key);
      if (REFUSED_KEYS.has(name)) throw new NotJson(`the result has the key ${name}, which is refused`);
      return [name, fromCel(field)];
    }),
  );
}

function isPlainObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}
