import { readdir, readFile, stat } from 'node:fs/promises';
import type { InventoryIo, PathKind } from './inventory-io.ts';

/** How Node says that there is nothing at a path. */
const ABSENT: ReadonlySet<unknown> = new Set(['ENOENT', 'ENOTDIR']);

async function kind(path: string): Promise<PathKind> {
  try {
    return (await stat(path)).isDirectory() ? 'directory' : 'file';
  } catch (error) {
    if (error instanceof Error && 'code' in error && ABSENT.has(error.code)) return 'absent';
    throw error;
  }
}

/** This machine's file system. Relative paths start at the working directory. */
export const nodeInventoryIo: InventoryIo = {
  readFile: async (path) => new TextDecoder('utf-8', { fatal: true }).decode(await readFile(path)),
  list: (directory) => readdir(directory),
  kind,
};
