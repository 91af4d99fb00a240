import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { fail, ok, type Result } from '../domain/failure.ts';
import type { Signature } from '../domain/signature.ts';
import { placeFile } from './placed-file.ts';

/** An armoured signature has some hundred bytes, that of a long RSA key a few thousand. */
const LARGEST = 64 * 1024;

/** The signature beside a file, where `ssh-keygen -Y sign` puts it. */
export function signaturePath(file: string): string {
  return `${file}.sig`;
}

/** The signature over the end of a run, in the run's directory. */
export function runSignaturePath(runDirectory: string): string {
  return signaturePath(join(runDirectory, 'journal.jsonl'));
}

/** Reads a signature; undefined where there is none. What is there and cannot be read is `refused`: it may not be taken for none. */
export async function readSignature(path: string): Promise<Result<Signature | undefined>> {
  try {
    // A FIFO in its place must not be waited for.
    const handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      const found = await handle.stat();
      if (!found.isFile() || found.size > LARGEST) return fail('refused', `${path} is no signature`);
      return ok({ name: path, bytes: new Uint8Array(await handle.readFile()) });
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return ok(undefined);
    return fail('refused', `${path} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** Puts a signature in its place, for everybody to read or for its owner alone; `bad-input` when that cannot be done. */
export async function writeSignature({ name, bytes }: Signature, mode: 0o600 | 0o644): Promise<Result<void>> {
  try {
    await placeFile(name, bytes, mode);
    return ok(undefined);
  } catch (error) {
    return fail('bad-input', `the signature could not be written: ${error instanceof Error ? error.message : String(error)}`);
  }
}
