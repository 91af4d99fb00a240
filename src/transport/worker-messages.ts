import type { Failure } from '../domain/failure.ts';
import type { ExecRequest, ExecResult, SecretRef, Target } from '../domain/transport.ts';

/** What a worker process is asked for; `connection` is the `id` of the request that opened it. */
export type WorkerRequest =
  | { readonly kind: 'connect'; readonly target: Target; readonly first?: ExecRequest }
  | { readonly kind: 'host-keys'; readonly target: Target }
  | { readonly kind: 'exec'; readonly connection: number; readonly request: ExecRequest }
  | { readonly kind: 'close'; readonly connection: number };

/** How a worker process answers a request. */
export type WorkerAnswer =
  | { readonly kind: 'connected'; readonly hostKey?: string }
  /** Public keys in base64. */
  | { readonly kind: 'host-keys'; readonly keys: readonly string[] }
  | { readonly kind: 'refused'; readonly failure: Failure }
  /** `closed`: the connection is gone as well. */
  | { readonly kind: 'result'; readonly result: ExecResult; readonly closed: boolean }
  | { readonly kind: 'closed' }
  /** Something was thrown that is no `HostFault`: a bug, with its stack. */
  | { readonly kind: 'thrown'; readonly stack: string };

/** From this process to a worker. The value of a secret takes this way and no other; `failed`: it could not be looked up. */
export type ToWorker =
  | { readonly kind: 'request'; readonly id: number; readonly request: WorkerRequest }
  | { readonly kind: 'secret'; readonly id: number; readonly value: string | undefined; readonly failed: boolean };

/** From a worker to this process. */
export type FromWorker =
  | { readonly kind: 'answer'; readonly id: number; readonly answer: WorkerAnswer }
  /** An idle connection broke. */
  | { readonly kind: 'gone'; readonly connection: number }
  | { readonly kind: 'secret'; readonly id: number; readonly ref: SecretRef };

/**
 * The file descriptor of a worker on which it gives a sign of life, a byte, and how often, in ms. It is a pipe of its own: on
 * the channel of the messages a beat would wait behind megabytes of output.
 */
export const BEATS = { fd: 4, everyMs: 500 };
