/** A keyword whose value is a list of algorithms. */
export type AlgorithmKeyword =
  | 'HostKeyAlgorithms'
  | 'CASignatureAlgorithms'
  | 'PubkeyAcceptedAlgorithms'
  | 'HostbasedAcceptedAlgorithms'
  | 'KexAlgorithms'
  | 'Ciphers'
  | 'MACs';

/** What OpenSSH has of a kind, in its order, and what it takes of these when nothing is said. */
export interface AlgorithmSet {
  readonly all: readonly string[];
  readonly defaults: readonly string[];
}

const PLAIN_KEYS = ['ssh-ed25519', 'ecdsa-sha2-nistp256', 'ecdsa-sha2-nistp384', 'ecdsa-sha2-nistp521'];

const DEFAULT_SIGNATURES = [
  ...PLAIN_KEYS,
  'sk-ssh-ed25519@openssh.com',
  'sk-ecdsa-sha2-nistp256@openssh.com',
  'rsa-sha2-512',
  'rsa-sha2-256',
];

const certificateOf = (name: string): string => `${name.replace('@openssh.com', '')}-cert-v01@openssh.com`;

/** `ssh -Q sig`. */
const SIGNATURES = [
  'ssh-ed25519',
  'sk-ssh-ed25519@openssh.com',
  'ecdsa-sha2-nistp256',
  'ecdsa-sha2-nistp384',
  'ecdsa-sha2-nistp521',
  'sk-ecdsa-sha2-nistp256@openssh.com',
  'webauthn-sk-ecdsa-sha2-nistp256@openssh.com',
  'ssh-dss',
  'ssh-rsa',
  'rsa-sha2-256',
  'rsa-sha2-512',
];

/** `ssh -Q key-sig`: each of them, and its certificate where there is such a thing. */
const KEYS: AlgorithmSet = {
  all: SIGNATURES.flatMap((name) => (name.startsWith('webauthn-') ? [name] : [name, certificateOf(name)])),
  defaults: [...DEFAULT_SIGNATURES.map(certificateOf), ...DEFAULT_SIGNATURES],
};

/** The algorithms of OpenSSH 9.2p1 in Debian 12 (`ssh -Q`, `myproposal.h`). */
export const ALGORITHMS: Readonly<Record<AlgorithmKeyword, AlgorithmSet>> = {
  HostKeyAlgorithms: KEYS,
  PubkeyAcceptedAlgorithms: KEYS,
  HostbasedAcceptedAlgorithms: KEYS,
  CASignatureAlgorithms: { all: SIGNATURES, defaults: DEFAULT_SIGNATURES },
  KexAlgorithms: {
    all: [
      'diffie-hellman-group1-sha1',
      'diffie-hellman-group14-sha1',
      'diffie-hellman-group14-sha256',
      'diffie-hellman-group16-sha512',
      'diffie-hellman-group18-sha512',
      'diffie-hellman-group-exchange-sha1',
      'diffie-hellman-group-exchange-sha256',
      'ecdh-sha2-nistp256',
      'ecdh-sha2-nistp384',
      'ecdh-sha2-nistp521',
      'curve25519-sha256',
      'curve25519-sha256@libssh.org',
      'sntrup761x25519-sha512',
      'sntrup761x25519-sha512@openssh.com',
    ],
    defaults: [
      'sntrup761x25519-sha512',
      'sntrup761x25519-sha512@openssh.com',
      'curve25519-sha256',
      'curve25519-sha256@libssh.org',
      'ecdh-sha2-nistp256',
      'ecdh-sha2-nistp384',
      'ecdh-sha2-nistp521',
      'diffie-hellman-group-exchange-sha256',
      'diffie-hellman-group16-sha512',
      'diffie-hellman-group18-sha512',
      'diffie-hellman-group14-sha256',
    ],
  },
  Ciphers: {
    all: [
      '3des-cbc',
      'aes128-cbc',
      'aes192-cbc',
      'aes256-cbc',
      'aes128-ctr',
      'aes192-ctr',
      'aes256-ctr',
      'aes128-gcm@openssh.com',
      'aes256-gcm@openssh.com',
      'chacha20-poly1305@openssh.com',
    ],
    defaults: [
      'chacha20-poly1305@openssh.com',
      'aes128-ctr',
      'aes192-ctr',
      'aes256-ctr',
      'aes128-gcm@openssh.com',
      'aes256-gcm@openssh.com',
    ],
  },
  MACs: {
    all: [
      'hmac-sha1',
      'hmac-sha1-96',
      'hmac-sha2-256',
      'hmac-sha2-512',
      'hmac-md5',
      'hmac-md5-96',
      'umac-64@openssh.com',
      'umac-128@openssh.com',
      'hmac-sha1-etm@openssh.com',
      'hmac-sha1-96-etm@openssh.com',
      'hmac-sha2-256-etm@openssh.com',
      'hmac-sha2-512-etm@openssh.com',
      'hmac-md5-etm@openssh.com',
      'hmac-md5-96-etm@openssh.com',
      'umac-64-etm@openssh.com',
      'umac-128-etm@openssh.com',
    ],
    defaults: [
      'umac-64-etm@openssh.com',
      'umac-128-etm@openssh.com',
      'hmac-sha2-256-etm@openssh.com',
      'hmac-sha2-512-etm@openssh.com',
      'hmac-sha1-etm@openssh.com',
      'umac-64@openssh.com',
      'umac-128@openssh.com',
      'hmac-sha2-256',
      'hmac-sha2-512',
      'hmac-sha1',
    ],
  },
};

/** Names of key types that OpenSSH takes beside those, in any case (`sshkey_type_from_name`). They select nothing. */
export const KEY_TYPE_NAMES: readonly string[] = ['ed25519', 'ed25519-sk', 'ecdsa', 'ecdsa-sk', 'dsa', 'rsa'];

/** Beginnings of key exchanges by GSSAPI, a patch of Debian (`ssh -Q kex-gss`). KexAlgorithms takes them, and they select nothing. */
export const GSSAPI_KEX: readonly string[] = [
  'gss-gex-sha1-',
  'gss-group1-sha1-',
  'gss-group14-sha1-',
  'gss-group14-sha256-',
  'gss-group16-sha512-',
  'gss-nistp256-sha256-',
  'gss-curve25519-sha256-',
];
