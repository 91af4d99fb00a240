import { connect, createServer, type Socket } from 'node:net';

/** A TCP proxy between a client and a port on loopback that can fail as networks do. */
export interface CuttingProxy {
  readonly port: number;
  /** Breaks all connections at once, as a reset would. */
  cut(): void;
  /** Breaks all connections once so many further bytes have passed in a direction; the next ones are let through again. */
  cutAfter(direction: Direction, bytes: number): void;
  /** Swallows everything from now on, both ways, while the connections stay open: a firewall that forgot them. */
  freeze(): void;
  /** From now on lets this many bytes a second through, each way. */
  trickle(bytesPerSecond: number): void;
  /** Bytes from the server to the clients until now. */
  received(): number;
  /** Bytes from the clients to the server until now. */
  sent(): number;
  /** How often all connections were broken by `cutAfter` until now. */
  cuts(): number;
  /** How many connections were begun until now. */
  connections(): number;
  close(): Promise<void>;
}

export interface ProxyOptions {
  /** Cuts each connection after so many bytes from the server. */
  readonly cutAfterBytes?: number;
  /** Cuts each connection after so many bytes from the client. */
  readonly cutAfterSent?: number;
  /** Turns away this many connections before the first is let through: closed without a word. */
  readonly turnAway?: number;
  /** Keeps everything back for so long, each way, in ms. */
  readonly latencyMs?: number;
}

/** From the clients to the server, or from the server to the clients. */
export type Direction = 'sent' | 'received';

/** Starts a proxy in front of a port. */
export async function startProxy(port: number, options: ProxyOptions = {}): Promise<CuttingProxy> {
  const sockets = new Set<Socket>();
  const limits = { sent: options.cutAfterSent, received: options.cutAfterBytes };
  const total = { sent: 0, received: 0 };
  const cuts = { sent: Number.POSITIVE_INFINITY, received: Number.POSITIVE_INFINITY };
  let frozen = false;
  let rate = Number.POSITIVE_INFINITY;
  let begun = 0;
  let broken = 0;
  let toTurnAway = options.turnAway ?? 0;

  function cut(): void {
    for (const socket of sockets) socket.resetAndDestroy();
  }

  function carry(from: Socket, to: Socket, direction: Direction): void {
    const limit = limits[direction] ?? Number.POSITIVE_INFINITY;
    let passed = 0;
    let waiting = Buffer.alloc(0);
    const drip = () => {
      to.write(waiting.subarray(0, rate));
      waiting = waiting.subarray(rate);
      if (waiting.length > 0 && !to.destroyed) setTimeout(drip, 1_000);
    };
    const pass = (chunk: Buffer, then: () => void = () => undefined) => {
      if (rate !== Number.POSITIVE_INFINITY) {
        const idle = waiting.length === 0;
        waiting = Buffer.concat([waiting, chunk]);
        if (idle) drip();
      } else if (options.latencyMs === undefined) to.write(chunk, then);
      else setTimeout(() => to.write(chunk, then), options.latencyMs);
    };
    sockets.add(from);
    from.on('error', () => {});
    from.on('close', () => {
      sockets.delete(from);
      to.destroy();
    });
    from.on('data', (chunk: Buffer) => {
      if (frozen) return;
      const room = cuts[direction] - total[direction];
      total[direction] += chunk.length;
      if (room < chunk.length) {
        cuts[direction] = Number.POSITIVE_INFINITY;
        broken += 1;
        to.write(chunk.subarray(0, room), cut);
        return;
      }
      passed += chunk.length;
      const tooMany = passed - limit;
      if (tooMany > 0) pass(chunk.subarray(0, Math.max(0, chunk.length - tooMany)), () => to.destroy());
      else pass(chunk);
    });
  }

  const server = createServer((client) => {
    begun += 1;
    if (toTurnAway > 0) {
      toTurnAway -= 1;
      client.destroy();
      return;
    }
    const upstream = connect({ port, host: '127.0.0.1', noDelay: true });
    client.setNoDelay(true);
    carry(client, upstream, 'sent');
    carry(upstream, client, 'received');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    port: address.port,
    cut,
    cutAfter: (direction, bytes) => {
      cuts[direction] = total[direction] + bytes;
    },
    freeze: () => {
      frozen = true;
    },
    trickle: (bytesPerSecond) => {
      rate = bytesPerSecond;
    },
    received: () => total.received,
    sent: () => total.sent,
    cuts: () => broken,
    connections: () => begun,
    close: async () => {
      cut();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
