import { readFile } from 'node:fs/promises';
import { fail, ok, type Result } from '../domain/failure.ts';
import { keygen } from './ssh-signature.ts';

/** How a key revocation list begins (PROTOCOL.krl of OpenSSH); whatever begins otherwise is a list of public keys, one a line. */
const KRL = Buffer.from('SSHKRL\n\0', 'latin1');

const LIMIT_MS = 15_000;

/**
 * How many keys and rules a file of revoked keys has (ssh-keygen(1), `-r` of `-Y verify`), as ssh-keygen itself reads it. Fails for one
 * that is not there, cannot be read or is not understood: with it no signature counts at all.
 */
export async function revokedKeysIn(path: string, env: Readonly<Record<string, string | undefined>>): Promise<Result<number>> {
  let bytes: Buffer;
  try {
    bytes = await readFile(path);
  } catch (error) {
    return fail('refused', error instanceof Error ? error.message : String(error), { at: path });
  }
  const lines = bytes
    .toString('latin1')
    .split('\n')
    .map((line) => line.trim());
  const keys = lines.filter((line) => line !== '' && !line.startsWith('#')).length;
  const isList = bytes.subarray(0, KRL.length).equals(KRL);
  if (!isList && keys === 0) return ok(0);
  const read = await keygen(isList ? ['-Q', '-l', '-f', path] : ['-l', '-f', path], { env, limitMs: LIMIT_MS });
  if (!read.ok) return read;
  const { code, out, said } = read.value;
  const told = out.split('\n').filter((line) => (isList ? /^[a-z ]+:/i.test(line) : line !== '')).length;
  if (code !== 0) return fail('refused', said, { at: path });
  if (!isList && told !== keys) return fail('refused', `${keys - told} of its ${keys} lines are no public keys`, { at: path });
  return ok(told);
}
