import { createDecipheriv, createHmac, pbkdf2, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import { Secret } from '../domain/secret.ts';
import type { VaultEnvelope } from './vault-envelope.ts';

/** Ansible's VaultAES256: PBKDF2-HMAC-SHA256, 10,000 rounds, for a key, a key of the HMAC and the counter's start. */
const ROUNDS = 10_000;
const KEY = 32;
const COUNTER = 16;

const derive = promisify(pbkdf2);

/** Takes the padding off (PKCS#7, 16 bytes). */
function unpadded(bytes: Buffer): Buffer {
  return bytes.subarray(0, bytes.length - (bytes.at(-1) ?? 0));
}

/** What an envelope holds, as text; undefined when the password is not the one that it was made with, or it was altered. */
export async function decryptVault(
  { salt, hmac, ciphertext }: VaultEnvelope,
  password: Secret<string>,
): Promise<Secret<string> | undefined> {
  const keys = await derive(Buffer.from(password.reveal(), 'utf8'), salt, ROUNDS, 2 * KEY + COUNTER, 'sha256');
  const expected = createHmac('sha256', keys.subarray(KEY, 2 * KEY))
    .update(ciphertext)
    .digest();
  if (hmac.length !== expected.length || !timingSafeEqual(hmac, expected)) return undefined;
  const decipher = createDecipheriv('aes-256-ctr', keys.subarray(0, KEY), keys.subarray(2 * KEY));
  return new Secret(unpadded(Buffer.concat([decipher.update(ciphertext), decipher.final()])).toString('utf8'));
}
