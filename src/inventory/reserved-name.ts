const RESERVED: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);

/** True for names that may not be keys of data, as an object would take them for its own parts. */
export function isReservedName(name: string): boolean {
  return RESERVED.has(name);
}
