import { fail, ok, type Result } from '../domain/failure.ts';
import type { Json } from '../domain/json.ts';
import type { InputSpec } from '../domain/runbook.ts';
import { describeInputType, isOfType } from './input-type.ts';

const REFUSED_KEYS: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);

/**
 * The value of an input that was given as text (`-e NAME=TEXT`), by its declared type: lists and maps as JSON, booleans as
 * `true` or `false`. Fails with `bad-input`; the text is not repeated, for it may be a secret.
 */
export function parseInput(spec: Pick<InputSpec, 'type'>, text: string): Result<Json> {
  const value = fromText(spec.type, text);
  if (value !== undefined && isOfType(value, spec.type)) return ok(value);
  const hint = { array: `write it as JSON: '["a", "b"]'`, object: `write it as JSON: '{"a": 1}'` };
  const more = spec.type === 'array' || spec.type === 'object' ? { hint: hint[spec.type] } : {};
  return fail('bad-input', `must be ${describeInputType(spec.type)}`, more);
}

function fromText(type: InputSpec['type'], text: string): Json | undefined {
  switch (type) {
    case 'string':
      return text;
    case 'integer':
      return /^[+-]?[0-9]+$/.test(text) ? Number(text) : undefined;
    case 'number':
      return text.trim() !== '' && Number.isFinite(Number(text)) ? Number(text) : undefined;
    case 'boolean':
      return text === 'true' ? true : text === 'false' ? false : undefined;
    case 'array':
    case 'object':
      return fromJson(text);
  }
}

function fromJson(text: string): Json | undefined {
  let refused = false;
  try {
    const value = JSON.parse(text, (key, part: Json) => {
      if (REFUSED_KEYS.has(key)) refused = true;
      return part;
    }) as Json;
    return refused ? undefined : value;
  } catch {
    return undefined;
  }
}
