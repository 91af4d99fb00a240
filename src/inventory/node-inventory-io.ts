import { access, constants, open, readdir, readFile, stat } from 'node:fs/promises';
import type { InventoryIo, PathKind } from './inventory-io.ts';
import { runProgram } from './node-program.ts';

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

async function head(path: string, bytes: number): Promise<Uint8Array> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(bytes), 0, bytes, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

async function isOpenToAll(directory: string): Promise<boolean> {
  return stat(directory).then(
    ({ mode }) => (mode & constants.S_IWOTH) !== 0,
    () => true,
  );
}

async function mayExecute(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** This machine's file system and programs. Relative paths start at the working directory. */
export const nodeInventoryIo: InventoryIo = {
  readFile: async (path) => new TextDecoder('utf-8', { fatal: true }).decode(await readFile(path)),
  head,
  list: (directory) => readdir(directory),
  kind,
  isOpenToAll,
  mayExecute,
  run: runProgram,
};
