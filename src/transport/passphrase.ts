import type { SecretRef } from '../domain/transport.ts';

const PREFIX = 'key:';

/** The secret that unlocks a private key file. */
export function passphraseOf(path: string): SecretRef {
  return { secret: `${PREFIX}${path}` };
}

/** Whether a secret unlocks a private key, which then keeps a process busy for a second or, with many rounds, for several. */
export function isPassphrase({ secret }: SecretRef): boolean {
  return secret.startsWith(PREFIX);
}
