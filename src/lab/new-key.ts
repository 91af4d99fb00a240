import ssh2, { type ParsedKey } from 'ssh2';

/** A new Ed25519 key. */
export interface NewKey {
  /** In OpenSSH's form, without a passphrase. */
  readonly privateText: string;
  /** `ssh-ed25519 AAAA…`, without a comment. */
  readonly publicText: string;
  readonly parsed: ParsedKey;
}

/**
 * Generates a key. ssh2 1.17 writes one in 256 Ed25519 keys a byte short, when the public key begins with a zero byte
 * (measured: 7 of 2,000), so that nothing can read it: such a key is thrown away.
 */
export function newKey(comment: string): NewKey {
  for (;;) {
    const pair = ssh2.utils.generateKeyPairSync('ed25519', { comment });
    const parsed = ssh2.utils.parseKey(pair.public);
    if (parsed instanceof Error || ssh2.utils.parseKey(pair.private) instanceof Error) continue;
    return { privateText: pair.private, publicText: pair.public.split(' ').slice(0, 2).join(' '), parsed };
  }
}
