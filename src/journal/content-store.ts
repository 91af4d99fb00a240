import { mkdir, open, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { type Content, contentOf } from '../domain/file.ts';

/**
 * File contents by their SHA-256, one file each, readable by the operator alone (0600 in a 0700 directory). Journals name
 * contents and never hold them, so that a secret in a host's file cannot leak through a journal, JSON or a terminal.
 */
export class ContentStore {
  readonly #directory: string;

  constructor(directory: string) {
    this.#directory = directory;
  }

  /** Writes a content durably; one that is there already is left as it is. */
  async put(content: Content): Promise<void> {
    // Not with the directories above it: one that was moved or removed meanwhile must not be made anew.
    await mkdir(this.#directory, { mode: 0o700 }).catch(unlessThere);
    const path = join(this.#directory, content.sha256);
    if ((await this.get(content.sha256)) !== undefined) return;
    const candidate = `${path}.${process.pid}`;
    const file = await open(candidate, 'w', 0o600);
    try {
      await file.writeFile(content.bytes);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(candidate, path);
    await syncDirectory(this.#directory);
  }

  /** The bytes of a digest; undefined when they are not there, or are not what the digest says. */
  async get(sha256: string): Promise<Uint8Array | undefined> {
    try {
      const bytes = new Uint8Array(await readFile(join(this.#directory, sha256)));
      return contentOf(bytes).sha256 === sha256 ? bytes : undefined;
    } catch {
      return undefined;
    }
  }
}

function unlessThere(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EEXIST') throw error;
}

/** Makes names in a directory durable (fsync(2): syncing a file does not sync the entry that names it). */
export async function syncDirectory(directory: string): Promise<void> {
  const handle = await open(directory, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
