import { connect, createServer, type Socket } from 'node:net';

/** How far a connection came, in round trips: one for TCP, and one for each flight that could not leave before an answer had come. */
export interface CountedConnection {
  readonly rounds: number;
}

/** A TCP proxy in front of a port on loopback that counts round trips, whatever time they take. */
export interface CountingProxy {
  readonly port: number;
  /** Connections in the order in which they were begun. */
  connections(): readonly CountedConnection[];
  /** Bytes that have passed until now, both ways. */
  bytes(): number;
  close(): Promise<void>;
}

/**
 * A packet of at most these many bytes asks nothing: with AES-GCM that is one of a notice (window, end of file, close) or of a byte or two. An
 * answer to what went before may pass it on its way. The greeting, which is as short, does ask.
 */
const NOTICE_BYTES = 36;

/**
 * Starts a proxy. What the client sends is one round deeper than the deepest that it had been sent until then, and an answer is as deep
 * as the deepest that the server had been sent: so flights that cross each other count once. `delayMs` keeps everything back, each way: what
 * a client sends within that time waits for no answer.
 */
export async function startCountingProxy(
  port: number,
  options: { readonly delayMs?: number; readonly host?: string } = {},
): Promise<CountingProxy> {
  const { delayMs = 0, host = '127.0.0.1' } = options;
  const counted: { rounds: number }[] = [];
  const sockets = new Set<Socket>();
  let bytes = 0;

  const later = (work: () => void) => {
    if (delayMs === 0) work();
    else setTimeout(work, delayMs);
  };
  const link = (from: Socket, to: Socket, pass: (chunk: Buffer) => void) => {
    sockets.add(from);
    from.setNoDelay(true);
    from.on('error', () => {});
    from.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      pass(chunk);
    });
    from.on('end', () => later(() => to.end()));
    from.on('close', () => {
      sockets.delete(from);
      later(() => to.destroy());
    });
  };

  const server = createServer({ allowHalfOpen: true }, (client) => {
    const upstream = connect({ port, host, noDelay: true, allowHalfOpen: true });
    const connection = { rounds: 1 };
    counted.push(connection);
    let [asked, answered, greeted] = [0, 0, false];
    link(client, upstream, (chunk) => {
      const depth = answered + 1;
      later(() => {
        if (chunk.length > NOTICE_BYTES || !greeted) asked = Math.max(asked, depth);
        greeted = true;
        upstream.write(chunk);
      });
    });
    link(upstream, client, (chunk) => {
      const depth = asked;
      later(() => {
        answered = Math.max(answered, depth);
        connection.rounds = Math.max(connection.rounds, depth + 1);
        client.write(chunk);
      });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    port: address.port,
    connections: () => counted,
    bytes: () => bytes,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
