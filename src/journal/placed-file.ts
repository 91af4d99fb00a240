import { randomBytes } from 'node:crypto';
import { open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { syncDirectory } from './content-store.ts';

/** Writes a file whole beside its place, puts it there, and makes both durable. Throws what the file system says. */
export async function placeFile(path: string, bytes: Uint8Array, mode = 0o600): Promise<void> {
  const candidate = `${path}.new.${randomBytes(6).toString('hex')}`;
  try {
    const handle = await open(candidate, 'wx', mode);
    try {
      await handle.writeFile(bytes);
      // Whatever the umask is: what others are to read is read by others.
      await handle.chmod(mode);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(candidate, path);
  } catch (error) {
    await rm(candidate, { force: true });
    throw error;
  }
  await syncDirectory(dirname(path));
}
