import type { Algorithms, ServerHostKeyAlgorithm } from 'ssh2';

/**
 * What we offer. Left out on purpose: SHA-1, CBC, compression, and group exchange, whose arithmetic blocks the event loop
 * for more than a second a host. `wanted`: what ssh's configuration says of host keys. ChaCha20 comes last and is only kept where strict key exchange was agreed (CVE-2023-48795).
 */
export function pinnedAlgorithms(knownTypes: readonly string[], wanted?: readonly string[]): Algorithms {
  return {
    kex: [
      'curve25519-sha256',
      'curve25519-sha256@libssh.org',
      'ecdh-sha2-nistp256',
      'ecdh-sha2-nistp384',
      'ecdh-sha2-nistp521',
      'diffie-hellman-group14-sha256',
      'diffie-hellman-group16-sha512',
    ],
    serverHostKey: hostKeyAlgorithms(knownTypes, wanted),
    cipher: ['aes128-gcm@openssh.com', 'aes256-gcm@openssh.com', 'aes128-ctr', 'aes256-ctr', 'chacha20-poly1305@openssh.com'],
    hmac: ['hmac-sha2-256-etm@openssh.com', 'hmac-sha2-512-etm@openssh.com', 'hmac-sha2-256', 'hmac-sha2-512'],
    compress: ['none'],
  };
}

const HOST_KEYS: readonly ServerHostKeyAlgorithm[] = [
  'ssh-ed25519',
  'ecdsa-sha2-nistp256',
  'ecdsa-sha2-nistp384',
  'ecdsa-sha2-nistp521',
  'rsa-sha2-512',
  'rsa-sha2-256',
];

/** Host keys by kind, for who wants to see all that a host has. */
export const HOST_KEY_KINDS: readonly (readonly ServerHostKeyAlgorithm[])[] = [
  ['ssh-ed25519'],
  ['ecdsa-sha2-nistp256', 'ecdsa-sha2-nistp384', 'ecdsa-sha2-nistp521'],
  ['rsa-sha2-512', 'rsa-sha2-256'],
];

/**
 * Signature algorithms for host keys, those first whose key type is already known: else a valid second key looks like a change. Of those
 * that are `wanted`, in that order, where anything is.
 */
export function hostKeyAlgorithms(knownTypes: readonly string[], wanted?: readonly string[]): ServerHostKeyAlgorithm[] {
  const isKnown = (algorithm: string) => knownTypes.includes(algorithm.startsWith('rsa-') ? 'ssh-rsa' : algorithm);
  const offered = wanted === undefined ? HOST_KEYS : wanted.flatMap((name) => HOST_KEYS.find((each) => each === name) ?? []);
  return [...offered.filter(isKnown), ...offered.filter((algorithm) => !isKnown(algorithm))];
}

/** Whether the built-in client can check any host key of these algorithms: it knows no certificates, and no SHA-1. */
export function canCheckAny(wanted: readonly string[]): boolean {
  return hostKeyAlgorithms([], wanted).length > 0;
}
