import { extname, join } from 'node:path';
import type { Secrets, Transport } from '../domain/transport.ts';
import { WorkerConnection } from './worker-connection.ts';
import { WorkerPool } from './worker-pool.ts';

/** A transport that has processes to end. */
export interface WorkerTransport extends Transport {
  /** Ends all worker processes, and with them what is still under way there. */
  close(): Promise<void>;
}

/**
 * SSH in worker processes, so that a host that stalls, floods or breaks the SSH client harms only what shares its process, and
 * that only once. The first process is started by the first connection. `entry` is the program of a worker process.
 */
export function createWorkerTransport(options: { readonly secrets: Secrets; readonly entry?: string }): WorkerTransport {
  const entry = options.entry ?? join(import.meta.dirname, `worker-main${extname(import.meta.filename)}`);
  const pool = new WorkerPool({ secrets: options.secrets, entry });
  return {
    connect: (target) => WorkerConnection.open(target, pool),
    close: () => pool.close(),
  };
}
