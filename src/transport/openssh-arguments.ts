import type { Endpoint, Target } from '../domain/transport.ts';

/**
 * What every ssh of ours is told, whatever a configuration says (ssh_config(5)): nobody is asked, host keys are always checked, nothing
 * is forwarded, no other command is run, and nothing is learnt from the host.
 */
const ALWAYS = [
  'BatchMode=yes',
  'StrictHostKeyChecking=yes',
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

/**
 * The arguments of the ssh that logs in and serves sessions over a socket (ControlMaster). What the target says comes first, so that it
 * wins over the user's configuration; all it does not say (certificates, tokens, GSSAPI) is that configuration's.
 */
export function masterArguments(target: Target, socket: string): readonly string[] {
  const seconds = Math.max(1, Math.ceil(target.connectTimeoutMs / 1_000));
  const way = [
    ...(target.jumps ?? []).slice(0, 1).map(() => `ProxyJump=${(target.jumps ?? []).map(jumpName).join(',')}`),
    ...(target.proxyCommand === undefined ? [] : [`ProxyCommand=${target.proxyCommand.replaceAll('%', '%%')}`]),
    ...(target.hostKeyAlias === undefined ? [] : [`HostKeyAlias=${target.hostKeyAlias}`]),
  ];
  const files = target.knownHostsFiles.map((file) => `"${file}"`).join(' ');
  return [
    ...['-v', '-M', '-N', '-S', socket, '-l', target.user, '-p', String(target.port)],
    ...options([
      ...ALWAYS,
      `ConnectTimeout=${seconds}`,
      `ServerAliveInterval=${Math.ceil(target.keepAliveMs / 1_000)}`,
      'ServerAliveCountMax=3',
      ...(files === '' ? [] : [`UserKnownHostsFile=${files}`]),
      ...way,
    ]),
    ...target.identityFiles.flatMap((file) => ['-i', file]),
    '--',
    target.alias ?? target.address,
  ];
}

function jumpName({ user, address, port, alias }: Endpoint): string {
  const host = alias ?? address;
  return `${user}@${host.includes(':') ? `[${host}]` : host}:${port}`;
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
