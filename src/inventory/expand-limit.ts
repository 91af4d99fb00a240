import { fail, ok, type Result } from '../domain/failure.ts';
import type { InventoryIo } from './inventory-io.ts';
import { pathKind, readText } from './read-text.ts';
import { splitPattern } from './split-pattern.ts';

async function linesOf(path: string, io: InventoryIo): Promise<Result<readonly string[]>> {
  const kind = await pathKind(path, io);
  if (!kind.ok) return kind;
  if (kind.value === 'absent') return fail('not-found', `there is no limit file ${path}`, { at: path });
  if (kind.value === 'directory') return fail('bad-input', `the limit file ${path} is a directory`, { at: path });
  const text = await readText(path, io);
  if (!text.ok) return text;
  const lines = text.value.split(/\r?\n/).map((line) => line.trim());
  const patterns = lines.filter((line) => line !== '');
  return patterns.length === 0 ? fail('bad-input', `the limit file ${path} names no host`, { at: path }) : ok(patterns);
}

/** Takes a `--limit` apart and reads its `@file` items, each of whose lines is one pattern. */
export async function expandLimit(limit: string, io: InventoryIo): Promise<Result<readonly string[]>> {
  const patterns: string[] = [];
  for (const item of splitPattern(limit)) {
    const lines = item.startsWith('@') ? await linesOf(item.slice(1), io) : ok([item]);
    if (!lines.ok) return lines;
    patterns.push(...lines.value);
  }
  return ok(patterns);
}
