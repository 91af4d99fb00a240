import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Sshd, startSshd } from './sshd.ts';

/** An sshd whose key an authority has certified, and that lets users in by certificates of another one. */
export interface Certified {
  readonly sshd: Sshd;
  /** A known_hosts file that knows the authority for all names, and no key of the host. */
  readonly knownHosts: string;
  /** A private key with a certificate beside it that lets in, and that lets in by nothing else. */
  readonly userKey: string;
  /** Public key of the host, as `type base64`. */
  readonly hostKey: string;
  /** Public key of the host authority, as `type base64`. */
  readonly hostAuthority: string;
  stop(): Promise<void>;
}

/** Starts one; its files are in the directory of another sshd, which outlives it. `principal`: the name that its certificate is for. */
export async function startCertified(beside: Sshd, principal = '127.0.0.1', config: readonly string[] = []): Promise<Certified> {
  const at = (name: string) => join(beside.directory, `certified-${principal}-${name}`);
  const keygen = (...args: readonly string[]) => execFileSync('ssh-keygen', ['-q', ...args]);
  for (const name of ['host_ca', 'user_ca', 'host', 'user']) keygen('-t', 'ed25519', '-N', '', '-C', name, '-f', at(name));
  keygen('-s', at('host_ca'), '-I', 'host', '-h', '-n', principal, at('host.pub'));
  const sshd = await startSshd({
    hostKeys: [],
    config: [`TrustedUserCAKeys ${at('user_ca.pub')}`, `HostKey ${at('host')}`, `HostCertificate ${at('host-cert.pub')}`, ...config],
  });
  keygen('-s', at('user_ca'), '-I', 'user', '-n', sshd.user, at('user.pub'));
  const publicKey = (name: string) =>
    readFileSync(at(`${name}.pub`), 'utf8')
      .split(' ')
      .slice(0, 2)
      .join(' ');
  const hostAuthority = publicKey('host_ca');
  const knownHosts = at('known_hosts');
  writeFileSync(knownHosts, `@cert-authority * ${hostAuthority}\n`);
  return { sshd, knownHosts, userKey: at('user'), hostKey: publicKey('host'), hostAuthority, stop: () => sshd.stop() };
}
