import { randomBytes } from 'node:crypto';
import type { Fleet } from '../../src/domain/access.ts';
import { ok } from '../../src/domain/failure.ts';
import type { Host } from '../../src/domain/host.ts';
import { createFleet } from '../../src/remote/fleet.ts';
import { createSsh2Transport } from '../../src/transport/ssh2-transport.ts';
import type { TestFleet } from './fleet.ts';

/** The product's own way to the hosts of a test fleet, without inventory and command line. */
export function reach(fleet: TestFleet): Fleet {
  return createFleet({
    transport: createSsh2Transport({ secrets: { get: async () => undefined } }),
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
      }),
  });
}

/** An inventory host by its name. */
export function hostNamed(name: string): Host {
  return { name, groups: ['all'], vars: {} };
}
