import { Socket } from 'node:net';
import { HostFault } from '../domain/failure.ts';
import type { Connection, ExecRequest, ExecResult, SecretRef, Secrets, Target } from '../domain/transport.ts';
import { BEATS, type FromWorker, type ToWorker, type WorkerAnswer, type WorkerRequest } from './worker-messages.ts';

/** A connection that tells by itself when it is gone. */
export interface WatchedConnection extends Connection {
  readonly gone: Promise<void>;
}

/** The transport inside a worker process. */
export interface WatchedTransport {
  connect(target: Target, first?: ExecRequest): Promise<WatchedConnection>;
  hostKeys(target: Target): Promise<readonly Uint8Array[]>;
}

/** Makes the transport of a worker process, from secrets that its parent looks up and its share of the handshakes. */
export type MakeTransport = (options: { readonly secrets: Secrets; readonly limits: { readonly handshakes: number } }) => WatchedTransport;

/**
 * Serves a transport to the parent process over the IPC channel: all that a worker process does. The number of handshakes is
 * its one argument. Ends the process as soon as the parent is gone.
 */
export function serveTransport(make: MakeTransport): void {
  const secrets = new ParentSecrets();
  const transport = make({ secrets, limits: { handshakes: Number(process.argv[2]) } });
  const connections = new Map<number, WatchedConnection>();

  const answer = async (id: number, request: WorkerRequest): Promise<WorkerAnswer> => {
    switch (request.kind) {
      case 'connect': {
        const connection = await transport.connect(request.target, request.first);
        connections.set(id, connection);
        void connection.gone.then(() => {
          connections.delete(id);
          send({ kind: 'gone', connection: id });
        });
        const { hostKey } = connection;
        return { kind: 'connected', ...(hostKey === undefined ? {} : { hostKey }) };
      }
      case 'host-keys': {
        const keys = await transport.hostKeys(request.target);
        return { kind: 'host-keys', keys: keys.map((key) => Buffer.from(key).toString('base64')) };
      }
      case 'exec': {
        const connection = connections.get(request.connection);
        if (connection === undefined) return { kind: 'result', result: gone(request.request), closed: true };
        const result = await connection.exec(request.request);
        return { kind: 'result', result, closed: connection.closed };
      }
      case 'close':
        await connections.get(request.connection)?.close();
        return { kind: 'closed' };
    }
  };

  process.on('message', (message: ToWorker) => {
    if (message.kind === 'secret') secrets.settle(message);
    else answer(message.id, message.request).then((said) => send({ kind: 'answer', id: message.id, answer: said }), refuse(message.id));
  });
  process.on('disconnect', () => process.exit());
  const beats = new Socket({ fd: BEATS.fd, readable: false, writable: true });
  beats.on('error', () => {});
  beat(beats);
}

function gone({ to }: ExecRequest): ExecResult {
  const unsent = to === undefined ? {} : { unsent: true as const };
  return { kind: 'lost', why: 'the connection is gone', stdout: new Uint8Array(), stderr: new Uint8Array(), ...unsent };
}

function refuse(id: number): (error: unknown) => void {
  return (error) => {
    const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
    send({
      kind: 'answer',
      id,
      answer: error instanceof HostFault ? { kind: 'refused', failure: error.failure } : { kind: 'thrown', stack },
    });
  };
}

function send(message: FromWorker): void {
  if (process.connected) process.send?.(message, undefined, undefined, () => {});
}

/** Gives a sign of life, again and again; none on top of one that a stopped parent has not taken yet. */
function beat(beats: Socket): void {
  beats.write('.', () => setTimeout(beat, BEATS.everyMs, beats));
}

/** Secrets that the parent looks up. */
class ParentSecrets implements Secrets {
  readonly #asked = new Map<number, { resolve(value: string | undefined): void; reject(error: Error): void }>();
  #next = 0;

  get(ref: SecretRef): Promise<string | undefined> {
    const id = this.#next++;
    return new Promise((resolve, reject) => {
      this.#asked.set(id, { resolve, reject });
      send({ kind: 'secret', id, ref });
    });
  }

  settle({ id, value, failed }: Extract<ToWorker, { kind: 'secret' }>): void {
    const asked = this.#asked.get(id);
    this.#asked.delete(id);
    if (failed) asked?.reject(new Error('the secret could not be looked up'));
    else asked?.resolve(value);
  }
}
