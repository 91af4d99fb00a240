import { connect, createServer, type Socket } from 'node:net';

/** A TCP proxy between a client and a port on loopback that can fail as networks do. */
export interface CuttingProxy {
  readonly port: number;
  /** Breaks all connections at once, as a reset would. */
  cut(): void;
  /** Swallows everything from now on, both ways, while the connections stay open: a firewall that forgot them. */
  freeze(): void;
  /** Bytes from the server to the clients until now. */
  received(): number;
  close(): Promise<void>;
}

export interface ProxyOptions {
  /** Cuts each connection after so many bytes from the server. */
  readonly cutAfterBytes?: number;
  /** Turns away this many connections before the first is let through: closed without a word. */
  readonly turnAway?: number;
}

/** Starts a proxy in front of a port. */
export async function startProxy(port: number, options: ProxyOptions = {}): Promise<CuttingProxy> {
  const sockets = new Set<Socket>();
  let frozen = false;
  let received = 0;
  let toTurnAway = options.turnAway ?? 0;
  const server = createServer((client) => {
    if (toTurnAway > 0) {
      toTurnAway -= 1;
      client.destroy();
      return;
    }
    const upstream = connect({ port, host: '127.0.0.1', noDelay: true });
    client.setNoDelay(true);
    let passed = 0;
    for (const [from, to] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(from);
      from.on('error', () => {});
      from.on('close', () => {
        sockets.delete(from);
        to.destroy();
      });
      from.on('data', (chunk: Buffer) => {
        if (frozen) return;
        if (from === upstream) [received, passed] = [received + chunk.length, passed + chunk.length];
        const tooMany = passed - (options.cutAfterBytes ?? Number.POSITIVE_INFINITY);
        if (from === upstream && tooMany > 0) {
          to.write(chunk.subarray(0, Math.max(0, chunk.length - tooMany)), () => to.destroy());
        } else to.write(chunk);
      });
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const cut = () => {
    for (const socket of sockets) socket.resetAndDestroy();
  };
  return {
    port: address.port,
    cut,
    freeze: () => {
      frozen = true;
    },
    received: () => received,
    close: async () => {
      cut();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
