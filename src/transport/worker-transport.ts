import { HostFault } from '../domain/failure.ts';
import type { Secrets, Target, Transport } from '../domain/transport.ts';
import { WORKER_ENTRY } from './worker-child.ts';
import { WorkerConnection } from './worker-connection.ts';
import { WorkerPool } from './worker-pool.ts';

/** A transport that has processes to end. */
export interface WorkerTransport extends Transport {
  /** The public host keys that a host shows, as blobs; see `Ssh2Transport`. */
  hostKeys(target: Target): Promise<readonly Uint8Array[]>;
  /** Ends all worker processes, and with them what is still under way there. */
  close(): Promise<void>;
}

/**
 * SSH in worker processes, so that a host that stalls, floods or breaks the SSH client harms only what shares its process, and
 * that only once. The first process is started by the first connection, if none was started ahead. `entry` is the program of a worker process.
 */
export function createWorkerTransport(options: { readonly secrets: Secrets; readonly entry?: string }): WorkerTransport {
  const pool = new WorkerPool({ secrets: options.secrets, entry: options.entry ?? WORKER_ENTRY });
  return {
    connect: (target, first) => WorkerConnection.open(target, pool, first),
    hostKeys: (target) => hostKeysBy(pool, target),
    close: () => pool.close(),
  };
}

async function hostKeysBy(pool: WorkerPool, target: Target): Promise<readonly Uint8Array[]> {
  const tenant = { host: target.host, idle: false, vacate: () => undefined };
  const worker = await pool.admit(tenant);
  const said = await worker.ask({ kind: 'host-keys', target }).answer;
  pool.leave(tenant, worker, said.kind === 'host-keys');
  switch (said.kind) {
    case 'host-keys':
      return said.keys.map((key) => Uint8Array.from(Buffer.from(key, 'base64')));
    case 'refused':
      throw new HostFault(said.failure);
    case 'thrown':
      throw new Error(said.stack);
    case 'ended':
      throw new HostFault({ code: 'unreachable', message: `cannot reach ${target.host}: the worker process for it ${said.why}` });
    default:
      throw new Error(`a worker process answered with ${said.kind}`);
  }
}
