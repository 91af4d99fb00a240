import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Target } from '../../src/domain/transport.ts';
import type { CuttingProxy } from './proxy.ts';
import type { Sshd } from './sshd.ts';

/** The same host by way of a proxy: its key is known under the proxy's port. */
export function through(sshd: Sshd, proxy: Pick<CuttingProxy, 'port'>, changes: Partial<Target> = {}): Target {
  const knownHosts = join(sshd.directory, `known_hosts_${proxy.port}`);
  writeFileSync(knownHosts, `[127.0.0.1]:${proxy.port} ${sshd.hostKey('ed25519')}\n`);
  return sshd.target({ port: proxy.port, knownHostsFiles: [knownHosts], ...changes });
}
