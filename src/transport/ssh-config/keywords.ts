import {
  type ArgumentParser,
  addKeys,
  agentPath,
  algorithms,
  anyString,
  choice,
  cnameRule,
  command,
  domain,
  each,
  escapeCharacter,
  forwardAgent,
  integer,
  jump,
  oneMore,
  persist,
  port,
  several,
  time,
  unread,
} from './arguments.ts';
import { lowerCase } from './config-line.ts';

/** A keyword of ssh_config, and how its arguments are read. */
export interface Keyword {
  /** As the manual spells it. */
  readonly name: string;
  readonly parse: ArgumentParser;
  /** Whether what it says is part of the settings, or only told to be of no use here. */
  readonly used: boolean;
}

const BOOLEAN = { yes: 'yes', true: 'yes', no: 'no', false: 'no' };
const flag = choice(BOOLEAN);
const yesNoAsk = choice({ ...BOOLEAN, ask: 'ask' });
const words = (...names: readonly string[]): ArgumentParser => choice(Object.fromEntries(names.map((name) => [lowerCase(name), name])));

/** What becomes part of the settings. */
const USED: Readonly<Record<string, ArgumentParser>> = {
  AddKeysToAgent: addKeys,
  AddressFamily: words('any', 'inet', 'inet6'),
  BatchMode: flag,
  BindAddress: anyString,
  CanonicalDomains: several(domain),
  CanonicalizeFallbackLocal: flag,
  CanonicalizeHostname: choice({ ...BOOLEAN, always: 'always' }),
  CanonicalizeMaxDots: integer,
  CanonicalizePermittedCNAMEs: several(cnameRule),
  CASignatureAlgorithms: algorithms('CASignatureAlgorithms'),
  CertificateFile: oneMore,
  Ciphers: algorithms('Ciphers'),
  Compression: words('yes', 'no'),
  ConnectionAttempts: integer,
  ConnectTimeout: time,
  ForwardAgent: forwardAgent,
  ForwardX11: flag,
  GlobalKnownHostsFile: several(),
  GSSAPIAuthentication: flag,
  HashKnownHosts: flag,
  HostKeyAlgorithms: algorithms('HostKeyAlgorithms'),
  HostKeyAlias: anyString,
  HostName: anyString,
  IdentitiesOnly: flag,
  IdentityAgent: agentPath,
  IdentityFile: oneMore,
  IgnoreUnknown: anyString,
  KbdInteractiveAuthentication: flag,
  KexAlgorithms: algorithms('KexAlgorithms'),
  MACs: algorithms('MACs'),
  PasswordAuthentication: flag,
  Port: port,
  PreferredAuthentications: anyString,
  ProxyCommand: command,
  ProxyJump: jump,
  ProxyUseFdpass: flag,
  PubkeyAcceptedAlgorithms: algorithms('PubkeyAcceptedAlgorithms'),
  PubkeyAuthentication: choice({ ...BOOLEAN, unbound: 'unbound', 'host-bound': 'host-bound' }),
  RevokedHostKeys: anyString,
  ServerAliveCountMax: integer,
  ServerAliveInterval: time,
  StrictHostKeyChecking: choice({ ...BOOLEAN, ask: 'ask', off: 'no', 'accept-new': 'accept-new' }),
  User: anyString,
  UserKnownHostsFile: several(),
};

/** What ssh does with a session, a terminal, a port forwarding, or an authentication that there is not here. */
const NOT_USED: Readonly<Record<string, ArgumentParser>> = {
  BindInterface: anyString,
  CheckHostIP: flag,
  ClearAllForwardings: flag,
  ControlMaster: choice({ ...BOOLEAN, auto: 'auto', ask: 'ask', autoask: 'autoask' }),
  ControlPath: anyString,
  ControlPersist: persist,
  DynamicForward: unread,
  EnableEscapeCommandline: flag,
  EnableSSHKeysign: flag,
  EscapeChar: escapeCharacter,
  ExitOnForwardFailure: flag,
  FingerprintHash: words('MD5', 'SHA1', 'SHA256', 'SHA384', 'SHA512'),
  ForkAfterAuthentication: flag,
  ForwardX11Timeout: time,
  ForwardX11Trusted: flag,
  GatewayPorts: flag,
  GSSAPIClientIdentity: anyString,
  GSSAPIDelegateCredentials: flag,
  GSSAPIKexAlgorithms: unread,
  GSSAPIKeyExchange: flag,
  GSSAPIRenewalForcesRekey: flag,
  GSSAPIServerIdentity: anyString,
  GSSAPITrustDns: flag,
  HostbasedAcceptedAlgorithms: algorithms('HostbasedAcceptedAlgorithms'),
  HostbasedAuthentication: flag,
  IPQoS: unread,
  KbdInteractiveDevices: anyString,
  KnownHostsCommand: command,
  LocalCommand: command,
  LocalForward: unread,
  LogLevel: words('SILENT', 'QUIET', 'FATAL', 'ERROR', 'INFO', 'VERBOSE', 'DEBUG', 'DEBUG1', 'DEBUG2', 'DEBUG3'),
  LogVerbose: several(),
  NoHostAuthenticationForLocalhost: flag,
  NumberOfPasswordPrompts: integer,
  PermitLocalCommand: flag,
  PermitRemoteOpen: unread,
  PKCS11Provider: anyString,
  RekeyLimit: unread,
  RemoteCommand: command,
  RemoteForward: unread,
  RequestTTY: choice({ ...BOOLEAN, force: 'force', auto: 'auto' }),
  RequiredRSASize: integer,
  SecurityKeyProvider: anyString,
  SendEnv: each((name) => name !== '' && !name.includes('=')),
  SessionType: words('none', 'subsystem', 'default'),
  SetEnv: each((assignment) => assignment.includes('=')),
  StdinNull: flag,
  StreamLocalBindMask: unread,
  StreamLocalBindUnlink: flag,
  SyslogFacility: words('DAEMON', 'USER', 'AUTH', 'AUTHPRIV', ...[0, 1, 2, 3, 4, 5, 6, 7].map((n) => `LOCAL${n}`)),
  TCPKeepAlive: flag,
  Tunnel: choice({ ...BOOLEAN, ethernet: 'ethernet', 'point-to-point': 'point-to-point' }),
  TunnelDevice: unread,
  UpdateHostKeys: yesNoAsk,
  VerifyHostKeyDNS: yesNoAsk,
  VisualHostKey: flag,
  XAuthLocation: anyString,
};

/** Other spellings, some of them Debian's own (`keepalive-extensions.patch`). */
const ALIASES: Readonly<Record<string, string>> = {
  challengeresponseauthentication: 'KbdInteractiveAuthentication',
  dsaauthentication: 'PubkeyAuthentication',
  hostbasedkeytypes: 'HostbasedAcceptedAlgorithms',
  identityfile2: 'IdentityFile',
  keepalive: 'TCPKeepAlive',
  protocolkeepalives: 'ServerAliveInterval',
  pubkeyacceptedkeytypes: 'PubkeyAcceptedAlgorithms',
  setuptimeout: 'ServerAliveInterval',
  skeyauthentication: 'KbdInteractiveAuthentication',
  smartcarddevice: 'PKCS11Provider',
  tisauthentication: 'KbdInteractiveAuthentication',
};

const entries = (parsers: Readonly<Record<string, ArgumentParser>>, used: boolean): readonly [string, Keyword][] =>
  Object.entries(parsers).map(([name, parse]) => [lowerCase(name), { name, parse, used }]);

const BY_NAME: ReadonlyMap<string, Keyword> = new Map([...entries(USED, true), ...entries(NOT_USED, false)]);

/** A keyword of OpenSSH 9.2 in Debian 12 by its name in lower case (`readconf.c`, `keywords`); undefined for one that it does not know. */
export function keywordOf(name: string): Keyword | undefined {
  const alias = Object.hasOwn(ALIASES, name) ? ALIASES[name] : undefined;
  return BY_NAME.get(alias === undefined ? name : lowerCase(alias));
}

/** Keywords in lower case that OpenSSH 9.2 passes over, whatever their arguments are. */
export const IGNORED: ReadonlySet<string> = new Set([
  'afstokenpassing',
  'cipher',
  'compressionlevel',
  'fallbacktorsh',
  'globalknownhostsfile2',
  'kerberosauthentication',
  'kerberostgtpassing',
  'protocol',
  'rhostsauthentication',
  'rhostsrsaauthentication',
  'rsaauthentication',
  'useblacklistedkeys',
  'useprivilegedport',
  'userknownhostsfile2',
  'useroaming',
  'usersh',
]);
