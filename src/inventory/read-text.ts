import { fail, ok, type Result } from '../domain/failure.ts';
import { byCodePoint } from './code-points.ts';
import type { InventoryIo, PathKind } from './inventory-io.ts';

/** The sentence of whatever went wrong with a path; Node's own begin with a code and end with the path. */
function reason(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'EACCES' || code === 'EPERM') return 'permission denied';
  if (code === 'ERR_ENCODING_INVALID_ENCODED_DATA') return 'it is not UTF-8 text';
  return error instanceof Error ? error.message : String(error);
}

async function attempt<T>(path: string, work: () => Promise<T>): Promise<Result<T>> {
  try {
    return ok(await work());
  } catch (error) {
    return fail('bad-input', `cannot read ${path}: ${reason(error)}`, { at: path });
  }
}

/** A file's text, without a byte order mark. */
export async function readText(path: string, io: InventoryIo): Promise<Result<string>> {
  const text = await attempt(path, () => io.readFile(path));
  if (!text.ok) return text;
  if (text.value.includes('\0')) return fail('not-text', `${path} is no text file`, { at: path });
  return ok(text.value.replace(/^\uFEFF/, ''));
}

/** The names in a directory, sorted by code point. */
export async function readNames(path: string, io: InventoryIo): Promise<Result<readonly string[]>> {
  const names = await attempt(path, () => io.list(path));
  return names.ok ? ok([...names.value].sort(byCodePoint)) : names;
}

/** What stands at a path. */
export function pathKind(path: string, io: InventoryIo): Promise<Result<PathKind>> {
  return attempt(path, () => io.kind(path));
}

/** The first bytes of a file. */
export function readHead(path: string, bytes: number, io: InventoryIo): Promise<Result<Uint8Array>> {
  return attempt(path, () => io.head(path, bytes));
}
