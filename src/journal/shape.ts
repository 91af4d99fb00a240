import { isJsonObject } from '../domain/json.ts';

/**
 * Judges a value that was read from a file which anybody may have written: what is wrong with it, with the place in the
 * value, or undefined.
 */
export interface Shape {
  (value: unknown, at: string): string | undefined;
  /** It may be left out. */
  readonly optional?: true;
}

/** One shape for every key of a type: a key that the type gains has to be given one. */
export type Fields<T> = { readonly [K in keyof T]-?: Shape };

/** The same shape for a value that may be left out. */
export function maybe(shape: Shape): Shape {
  return Object.assign((value: unknown, at: string) => shape(value, at), { optional: true as const });
}

/** Any string. */
export const text: Shape = (value, at) => (typeof value === 'string' ? undefined : `${at} is no text`);

/** True or false. */
export const flag: Shape = (value, at) => (typeof value === 'boolean' ? undefined : `${at} is neither true nor false`);

/** Any number. */
export const number: Shape = (value, at) => (typeof value === 'number' ? undefined : `${at} is no number`);

/** A string that a pattern describes; `what` is its name in messages. */
export function textLike(pattern: RegExp, what: string): Shape {
  return (value, at) => (typeof value === 'string' && pattern.test(value) ? undefined : `${at} is no ${what}`);
}

/** A whole number of a range. */
export function integer(least: number, most: number): Shape {
  return (value, at) =>
    typeof value === 'number' && Number.isSafeInteger(value) && value >= least && value <= most
      ? undefined
      : `${at} is no whole number from ${least} to ${most}`;
}

/** One of a few values. */
export function oneOf(...values: readonly (string | number | boolean)[]): Shape {
  return (value, at) => (values.some((each) => each === value) ? undefined : `${at} is none of ${values.join(', ')}`);
}

/** A list of values of one shape. */
export function listOf(item: Shape, least = 0): Shape {
  return (value, at) => {
    if (!Array.isArray(value)) return `${at} is no list`;
    if (value.length < least) return `${at} is too short`;
    return firstOf(value.entries(), ([index, each]) => item(each, `${at}[${index}]`));
  };
}

/** A map from any names to values of one shape. */
export function mapOf(item: Shape): Shape {
  return (value, at) => {
    if (!isJsonObject(value)) return `${at} is no map`;
    return firstOf(Object.entries(value), ([key, each]) => (isReserved(key) ? `${at} has a key ${key}` : item(each, `${at}.${key}`)));
  };
}

/** A map with these keys and no others. */
export function fieldsOf<T>(fields: Fields<T>): Shape {
  const known = new Map<string, Shape>(Object.entries(fields));
  const wanted = [...known].flatMap(([key, shape]) => (shape.optional ? [] : [key]));
  return (value, at) => {
    if (!isJsonObject(value)) return `${at} is no map`;
    const missing = wanted.find((key) => !Object.hasOwn(value, key));
    if (missing !== undefined) return `${at} has no ${missing}`;
    return firstOf(Object.entries(value), ([key, each]) => {
      const shape = known.get(key);
      return shape ? shape(each, `${at}.${key}`) : `${at} has a key ${key}, which is not known`;
    });
  };
}

/** A map whose `kind` says which shape it has. */
export function kindOf(kinds: Readonly<Record<string, Shape>>): Shape {
  return (value, at) => {
    const kind = isJsonObject(value) ? value['kind'] : undefined;
    const shape = typeof kind === 'string' && Object.hasOwn(kinds, kind) ? kinds[kind] : undefined;
    return shape ? shape(value, at) : `${at} is of no known kind`;
  };
}

/** Any of several shapes. */
export function eitherOf(...shapes: readonly Shape[]): Shape {
  return (value, at) => {
    const wrong = shapes.map((shape) => shape(value, at));
    return wrong.includes(undefined) ? undefined : wrong[0];
  };
}

/** Plain data of any form, without names that mean something to JavaScript. */
export const anyJson: Shape = (value, at) => {
  if (Array.isArray(value)) return listOf(anyJson)(value, at);
  return isJsonObject(value) ? mapOf(anyJson)(value, at) : undefined;
};

/** A map of plain data. */
export const anyObject: Shape = mapOf(anyJson);

function isReserved(key: string): boolean {
  return key === '__proto__' || key === 'constructor' || key === 'prototype';
}

function firstOf<T>(items: Iterable<T>, judge: (item: T) => string | undefined): string | undefined {
  for (const item of items) {
    const wrong = judge(item);
    if (wrong !== undefined) return wrong;
  }
  return undefined;
}
