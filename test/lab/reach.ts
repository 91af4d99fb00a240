import { randomBytes } from 'node:crypto';
import type { Fleet } from '../../src/domain/access.ts';
import { ok } from '../../src/domain/failure.ts';
import type { Host } from '../../src/domain/host.ts';
import type { Target } from '../../src/domain/transport.ts';
import { createFleet } from '../../src/remote/fleet.ts';
import { createSsh2Transport } from '../../src/transport/ssh2-transport.ts';
import type { TestFleet } from './fleet.ts';

/** The product's own way to the hosts of a test fleet, without inventory and command line; `secret` is what every secret is. */
export function reach(fleet: TestFleet, changes: Partial<Target> = {}, secret?: string): Fleet {
  return createFleet({
    transport: createSsh2Transport({ secrets: { get: async () => secret } }),
    nonce: () => randomBytes(16).toString('hex'),
    targetOf: ({ name }) =>
      ok({
        host: name,
        address: fleet.host(name).address,
        port: 22,
        user: 'ops',
        identityFiles: [fleet.key],
        knownHostsFiles: [fleet.knownHosts],
        connectTimeoutMs: 10_000,
        keepAliveMs: 15_000,
        become: { enabled: true, user: 'root' },
        ...changes,
      }),
  });
}

/** An inventory host by its name. */
export function hostNamed(name: string): Host {
  return { name, groups: ['all'], vars: {} };
}
