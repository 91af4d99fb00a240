import type { Endpoint, Target } from '../domain/transport.ts';

/**
 * What every ssh of ours is told, whatever a configuration says (ssh_config(5)): nobody is asked, host keys are always checked, nothing
 * is forwarded, no other command is run, and nothing is learnt from the host.
 */
const ALWAYS = [
  'BatchMode=yes',
  'StrictHostKeyChecking=yes',
  'NoHostAuthenticationForLocalhost=no',
  'ForwardAgent=no',
  'ForwardX11=no',
  'ClearAllForwardings=yes',
  'PermitLocalCommand=no',
  'UpdateHostKeys=no',
  'VerifyHostKeyDNS=no',
  'EscapeChar=none',
  'RequestTTY=no',
  'RemoteCommand=none',
  'SessionType=default',
  'Compression=no',
  'ControlPersist=no',
];

const options = (settings: readonly string[]) => settings.flatMap((setting) => ['-o', setting]);

/** `%` begins a token in what ssh reads as a path or a command. */
const literal = (text: string) => text.replaceAll('%', '%%');

/**
 * The arguments of the ssh that logs in and serves sessions over a socket (ControlMaster). What the target says comes first, so that it
 * wins over the user's configuration; all it does not say (certificates, tokens, GSSAPI) is that configuration's. `configFile` is read in
 * its place, as after `ssh -F`.
 */
export function masterArguments(target: Target, socket: string, configFile?: string): readonly string[] {
  return ['-v', '-M', '-N', '-S', socket, ...loginArguments(target, target.jumps ?? [], configFile), '--', destination(target)];
}

/**
 * How to log in to one server. ssh hands hops of its own ProxyJump to an ssh that is told nothing of all this; so the way through hops is
 * a ProxyCommand here, with the same rules for each of them.
 */
function loginArguments(endpoint: Endpoint, jumps: readonly Endpoint[], configFile: string | undefined): readonly string[] {
  const seconds = Math.max(1, Math.ceil(endpoint.connectTimeoutMs / 1_000));
  const way = jumps.length > 0 ? throughHops(endpoint, jumps, configFile) : endpoint.proxyCommand;
  const files = endpoint.knownHostsFiles.map((file) => `"${literal(file)}"`).join(' ');
  return [
    ...(configFile === undefined ? [] : ['-F', configFile]),
    ...['-l', endpoint.user, '-p', String(endpoint.port)],
    ...options([
      ...ALWAYS,
      `ConnectTimeout=${seconds}`,
      `ServerAliveInterval=${Math.ceil(endpoint.keepAliveMs / 1_000)}`,
      'ServerAliveCountMax=3',
      `UserKnownHostsFile=${files === '' ? 'none' : files}`,
      // They are among those files.
      'GlobalKnownHostsFile=none',
      ...(endpoint.identitiesOnly ? ['IdentitiesOnly=yes'] : []),
      ...(endpoint.addressFamily === undefined ? [] : [`AddressFamily=${endpoint.addressFamily}`]),
      ...(endpoint.bindAddress === undefined ? [] : [`BindAddress=${endpoint.bindAddress}`]),
      ...(endpoint.hostKeyAlias === undefined ? [] : [`HostKeyAlias=${endpoint.hostKeyAlias}`]),
      ...(way === undefined ? [] : [`ProxyCommand=${literal(way)}`]),
    ]),
    ...endpoint.identityFiles.flatMap((file) => ['-i', literal(file)]),
  ];
}

function destination({ alias, address }: Endpoint): string {
  return alias ?? address;
}

/**
 * The same server, led to by an ssh that logs in to the hops before it: who speaks to the server need not speak to them. As it is where
 * there are none.
 */
export function ledThroughHops({ jumps = [], ...target }: Target, configFile?: string): Target {
  const proxyCommand = throughHops(target, jumps, configFile);
  return { ...target, ...(proxyCommand === undefined ? {} : { proxyCommand }) };
}

/** An ssh that logs in to the last hop and leads from there to a server. */
function throughHops({ address, port }: Endpoint, jumps: readonly Endpoint[], configFile: string | undefined): string | undefined {
  const last = jumps.at(-1);
  if (last === undefined) return undefined;
  const to = `${address.includes(':') ? `[${address}]` : address}:${port}`;
  // A socket of the configuration's own leads through a login that was made by other rules.
  const login = ['-o', 'ControlPath=none', ...loginArguments(last, jumps.slice(0, -1), configFile)];
  return ['ssh', ...login, '-W', to, '--', destination(last)].map(quoted).join(' ');
}

/** For the shell that ssh has run a ProxyCommand: the user's own, whichever it is. */
function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

/**
 * The arguments of the ssh that runs one command over the socket; what it says itself goes to a file. Should the socket be gone, it
 * would log in anew: a ProxyCommand that fails keeps it from that.
 */
export function sessionArguments(socket: string, log: string, command: string): readonly string[] {
  return [
    ...['-F', 'none', '-E', log, '-S', socket, '-T'],
    ...options([...ALWAYS, 'ControlMaster=no', 'ProxyCommand=false']),
    '--',
    'host',
    command,
  ];
}
