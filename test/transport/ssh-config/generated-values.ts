import fc from 'fast-check';

/** Hosts that a generated configuration is asked for, and their look-alikes in its patterns. */
export const HOSTS = [
  'web1',
  'WEB1',
  'web1.example.com',
  'db',
  'gw',
  '10.0.0.1',
  '127.1',
  '::1',
  'FE80::1%lo',
  'web2.example.com',
] as const;

/** One of some texts. */
export const oneOf = (...values: readonly string[]) => fc.constantFrom(...values);

/** Written as it is, or in quotes of one of both kinds. */
export const quoted = (values: fc.Arbitrary<string>) =>
  fc.tuple(values, oneOf('', '', '', '"', "'")).map(([value, quote]) => `${quote}${value}${quote}`);

/** Patterns of hosts, some of which are those above. */
export const HOST_PATTERN = oneOf(
  '*',
  'web*',
  'web?',
  'WEB*',
  'db',
  'gw',
  '*.example.com',
  '10.*',
  '::1',
  '*1',
  '127.0.0.1',
  'web1,db',
  '?b',
  'fe80*',
);
/** The same in a list with commas. */
export const PATTERN_LIST = fc
  .array(fc.tuple(oneOf('', '', '!'), HOST_PATTERN), { minLength: 1, maxLength: 3 })
  .map((patterns) => patterns.map(([not, pattern]) => `${not}${pattern}`).join(','));
const FLAG = oneOf('yes', 'no', 'true', 'false', 'Yes', 'NO');
const FLAG_OR_BAD = fc.oneof({ weight: 30, arbitrary: FLAG }, { weight: 1, arbitrary: oneOf('maybe', '""', '1') });
const TIME = fc.oneof(
  { weight: 20, arbitrary: oneOf('5', '0', '30s', '1m', '1h30m', '2d', '1W', 'none', '+7', '"1h 30m"', '1h+5') },
  { weight: 1, arbitrary: oneOf('-1', 'x', '1y', '99999999999', '1+5', '"1 5"', '1h-5', '"1m "', '40000w') },
);
const INTEGER = fc.oneof(
  { weight: 20, arbitrary: oneOf('1', '3', '007', '+5', '2147483647') },
  { weight: 1, arbitrary: oneOf('-1', 'x', '2147483648', '1s', '') },
);
const FILE = oneOf('~/.ssh/id_a', '~/.ssh/id_b', '/etc/key', '%d/.ssh/%n', '${RB_DIR}/%r@%h', '~root/x', 'none', '/a b', '~/.ssh/id_a');
const KNOWN = oneOf('~/.ssh/known', '/etc/known', '%d/known_%k', '${RB_DIR}/%h:%p', '~/%u/%i/%L/%l', '/tmp/%C', '/100%%', '~root/known');
const SIGNATURE = oneOf('ssh-ed25519', 'rsa-sha2-512', 'ecdsa-sha2-nistp256', 'ssh-rsa', 'rsa-*', 'sk-*', '*ed25519*', 'RSA', 'ssh-dss');
const names = (name: fc.Arbitrary<string>) =>
  fc.tuple(oneOf('', '', '+', '-', '^'), fc.array(name, { minLength: 1, maxLength: 3 })).map(([sign, list]) => `${sign}${list.join(',')}`);
const CIPHER = oneOf('aes128-ctr', 'aes256-gcm@openssh.com', '3des-cbc', 'chacha20-poly1305@openssh.com', 'aes192-ctr');
const KEX = oneOf(
  'curve25519-sha256',
  'ecdh-sha2-nistp256',
  'diffie-hellman-group14-sha1',
  'sntrup761x25519-sha512',
  'diffie-hellman-group16-sha512',
);
const MAC = oneOf('hmac-sha2-256', 'umac-64@openssh.com', 'hmac-md5', 'hmac-sha2-512-etm@openssh.com');
const HOP = oneOf(
  'gw',
  'root@gw',
  'gw:2222',
  'me@gw:22',
  '[::1]',
  '[fe80::1]:2200',
  '10.0.0.9',
  'ssh://u@gw:23',
  'ssh://gw/',
  'a.b.example.com',
  'gw%h',
  'db',
);
const JUMP = fc.oneof(
  { weight: 20, arbitrary: fc.array(HOP, { minLength: 1, maxLength: 3 }).map((hops) => hops.join(',')) },
  { weight: 4, arbitrary: oneOf('none', 'NONE') },
  { weight: 1, arbitrary: oneOf('gw,,db', '@gw', 'gw:x', '::1', 'gw:0', 'ssh://gw/path') },
);
const COMMAND = oneOf(
  'nc %h %p',
  'none',
  'ssh -W [%h]:%p gw',
  '"quoted thing" %r',
  'x # no comment',
  'NONE',
  '  spaced   out',
  "sh -c 'a b'",
);
const AGENT = oneOf('none', 'SSH_AUTH_SOCK', '$RB_SOCK', '$RB_NOT', '${RB_SOCK}', '~/agent.sock', '%d/%n.sock', '/run/%i', '$RB_EMPTY');

/** Keywords and what they are given; each is as likely as another. */
export const VALUES: Readonly<Record<string, fc.Arbitrary<string>>> = {
  HostName: quoted(
    oneOf('%h.example.com', 'web1.example.com', '10.0.0.1', 'Real.Example.COM', '127.1', '%%h', '0x7f.1', '::FFFF:1.2.3.4', '0:0::1', '%h'),
  ),
  User: quoted(oneOf('root', 'deploy', 'admin', 'two words')).map((user) => (user === 'two words' ? '"two words"' : user)),
  Port: fc.oneof(
    { weight: 20, arbitrary: oneOf('22', '2222', '022', 'ssh', '65535', '+80') },
    { weight: 1, arbitrary: oneOf('0', '65536', 'x', '-1', '22x') },
  ),
  IdentityFile: quoted(FILE).map((file) => (file === '/a b' ? '"/a b"' : file)),
  CertificateFile: quoted(FILE).map((file) => (file === '/a b' ? '/a\\ b' : file)),
  IdentitiesOnly: FLAG_OR_BAD,
  IdentityAgent: quoted(AGENT),
  ProxyJump: JUMP,
  ProxyCommand: COMMAND,
  ProxyUseFdpass: FLAG,
  UserKnownHostsFile: fc.oneof(
    { weight: 9, arbitrary: fc.array(quoted(KNOWN), { minLength: 1, maxLength: 3 }).map((files) => files.join(' ')) },
    { weight: 1, arbitrary: oneOf('none', 'none /x', '"" /x') },
  ),
  GlobalKnownHostsFile: oneOf('/etc/a /etc/b', '/etc/a', 'none', '"/etc/a b" /c'),
  HostKeyAlias: oneOf('alias', 'ALIAS.Example', '"an alias"'),
  HostKeyAlgorithms: names(SIGNATURE),
  CASignatureAlgorithms: names(SIGNATURE),
  PubkeyAcceptedAlgorithms: names(SIGNATURE),
  PubkeyAcceptedKeyTypes: names(SIGNATURE),
  KexAlgorithms: names(KEX),
  Ciphers: fc.oneof({ weight: 20, arbitrary: names(CIPHER) }, { weight: 1, arbitrary: oneOf('aes*', 'none', '+x', '-aes*') }),
  MACs: names(MAC),
  StrictHostKeyChecking: oneOf('yes', 'no', 'ask', 'off', 'accept-new', 'ACCEPT-NEW', 'true'),
  ConnectTimeout: TIME,
  ConnectionAttempts: INTEGER,
  ServerAliveInterval: TIME,
  SetupTimeOut: TIME,
  ServerAliveCountMax: INTEGER,
  BatchMode: FLAG,
  AddKeysToAgent: fc.oneof(
    { weight: 20, arbitrary: oneOf('yes', 'no', 'ask', 'confirm', 'confirm 5m', '1h', '0', 'TRUE') },
    { weight: 1, arbitrary: oneOf('yes 5m', 'confirm x', 'never') },
  ),
  PreferredAuthentications: oneOf('publickey', 'publickey,password', '"publickey,keyboard-interactive"'),
  PubkeyAuthentication: oneOf('yes', 'no', 'unbound', 'host-bound'),
  PasswordAuthentication: FLAG,
  ChallengeResponseAuthentication: FLAG,
  GSSAPIAuthentication: FLAG,
  AddressFamily: oneOf('any', 'inet', 'inet6', 'INET'),
  BindAddress: oneOf('10.0.0.2', '::1'),
  HashKnownHosts: FLAG,
  RevokedHostKeys: oneOf('/etc/revoked', 'none', '~/revoked'),
  Compression: oneOf('yes', 'no', 'YES'),
  ForwardAgent: oneOf('yes', 'no', '/run/forward.sock', 'True'),
  ForwardX11: FLAG,
  CanonicalizeHostname: oneOf('no', 'yes', 'always', 'no', 'no'),
  CanonicalDomains: oneOf('none', 'none', 'example.com'),
  CanonicalizeMaxDots: oneOf('0', '1', '2'),
  IgnoreUnknown: oneOf('Tag,Use*', 'usekeychain', '*', 'x,!usekeychain,u*'),
};

/** Known to ssh, of no use here, or not known at all; the last few are faults unless something passes over them. */
export const OTHERS = oneOf(
  'SendEnv LANG LC_*',
  'ControlPath ~/.ssh/%C',
  'ControlMaster auto',
  'ControlPersist 10m',
  'LogLevel ERROR',
  'TCPKeepAlive no',
  'KeepAlive yes',
  'VisualHostKey yes',
  'CheckHostIP no',
  'EscapeChar none',
  'RequestTTY no',
  'UpdateHostKeys ask',
  'SetEnv A=1 B=2',
  'RSAAuthentication yes',
  'Protocol 2,1',
  'Cipher blowfish "x y"',
  'LocalForward 8080 localhost:80',
  'RemoteForward 9090 localhost:90',
  'DynamicForward 1080',
  'IPQoS lowdelay throughput',
  'RekeyLimit 1G 1h',
  'PermitLocalCommand no',
  'KbdInteractiveDevices pam',
  'NumberOfPasswordPrompts 1',
  'UseKeychain yes',
  'ServerAliveInterval',
  'Port 22 23',
  'User "bob',
);
