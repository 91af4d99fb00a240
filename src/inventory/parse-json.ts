import { ok, type Result } from '../domain/failure.ts';
import { isJsonObject, type Json } from '../domain/json.ts';
import { failAt } from './place.ts';
import { isReservedName } from './reserved-name.ts';

/** A key that would be taken for a part of the object that holds it. */
class ReservedKey extends Error {}

/** `{"__ansible_unsafe": "text"}` is how Ansible writes text that is not a template (`parsing/ajson.py`). */
function withoutUnsafe(value: Json): Json {
  return isJsonObject(value) && Object.keys(value).length === 1 ? (value['__ansible_unsafe'] ?? value) : value;
}

function revive(key: string, value: Json): Json {
  if (isReservedName(key)) throw new ReservedKey(key);
  return withoutUnsafe(value);
}

/** Where JSON.parse stopped, if it says so; what it quotes may be a secret and is left out. */
function stoppedAt(message: string): { readonly line: number; readonly column: number } {
  const [, line = '1', column = '1'] = /\(line (\d+) column (\d+)\)/.exec(message) ?? [];
  return { line: Number(line), column: Number(column) };
}

/** Parses JSON that a program printed; `what` names it. The failure has the place in that text. */
export function parseJson(file: string, text: string, what: string): Result<Json> {
  try {
    return ok(JSON.parse(text, revive));
  } catch (error) {
    if (error instanceof ReservedKey)
      return failAt({ file, line: 1, column: 1 }, `${what} holds "${error.message}", which cannot be a key`);
    const place = stoppedAt(error instanceof Error ? error.message : '');
    return failAt({ file, ...place }, `${what} is not valid JSON`);
  }
}
