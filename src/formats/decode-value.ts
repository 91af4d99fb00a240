import { isVariableName, parseEnvFile } from './env-file.ts';
import { readYaml } from './read-yaml.ts';

/** What a file's bytes mean, or a clause that says why they mean nothing (`it is not JSON`). */
export type DecodedValue = { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly message: string };

/** How a value is written in a file. */
export type ValueFormat = 'text' | 'env' | 'json' | 'yaml';

const NOT: Readonly<Record<ValueFormat, string>> = {
  text: 'it is not UTF-8 text',
  env: 'it is not an environment file',
  json: 'it is not JSON',
  yaml: 'it is not YAML',
};

/** Reads a value. YAML is 1.2 without custom tags; keys that could change an object's prototype are refused. */
export function decodeValue(bytes: Uint8Array, format: ValueFormat): DecodedValue {
  const text = strictUtf8(bytes);
  if (text === undefined) return { ok: false, message: NOT.text };
  try {
    const value = READ[format](text);
    if (holdsReservedKey(value)) return { ok: false, message: 'it has a key named __proto__, constructor or prototype' };
    return { ok: true, value };
  } catch {
    return { ok: false, message: NOT[format] };
  }
}

const READ: Readonly<Record<ValueFormat, (text: string) => unknown>> = {
  text: (text) => text,
  env: readEnv,
  json: (text) => JSON.parse(text),
  yaml: readYaml,
};

function readEnv(text: string): unknown {
  // The parser takes one character a byte.
  const parsed = parseEnvFile(Buffer.from(text, 'utf8').toString('latin1'));
  if (parsed.refused !== undefined) throw new Error(parsed.refused);
  const counted = parsed.assignments.filter(({ name }) => isVariableName(name));
  return Object.fromEntries(counted.map(({ name, value }) => [name, Buffer.from(value.text, 'latin1').toString('utf8')]));
}

function strictUtf8(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

function holdsReservedKey(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const reserved = Object.keys(value).some((key) => key === '__proto__' || key === 'constructor' || key === 'prototype');
  return reserved || Object.values(value).some(holdsReservedKey);
}
