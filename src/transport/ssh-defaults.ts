import type { Endpoint } from '../domain/transport.ts';

/** What of a target is not said by an inventory. */
export type SshDefaults = Pick<
  Endpoint,
  'port' | 'user' | 'identityFiles' | 'agent' | 'knownHostsFiles' | 'connectTimeoutMs' | 'keepAliveMs'
>;

const IDENTITY_FILES = ['id_ed25519', 'id_ecdsa', 'id_rsa'];

/**
 * The defaults of OpenSSH's client, as far as it makes sense here: the login name, the usual key files that exist, the agent
 * of the environment, the user's and the system's known_hosts. `home` is the user's home directory.
 */
export function sshDefaults(
  env: Readonly<Record<string, string | undefined>>,
  home: string,
  exists: (path: string) => boolean,
): SshDefaults {
  const agent = env['SSH_AUTH_SOCK'];
  return {
    port: 22,
    user: env['USER'] || env['LOGNAME'] || 'root',
    identityFiles: IDENTITY_FILES.map((name) => `${home}/.ssh/${name}`).filter(exists),
    ...(agent === undefined || agent === '' ? {} : { agent }),
    knownHostsFiles: [`${home}/.ssh/known_hosts`, '/etc/ssh/ssh_known_hosts'],
    connectTimeoutMs: 10_000,
    keepAliveMs: 15_000,
  };
}
