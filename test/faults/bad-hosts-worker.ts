import { createSsh2Transport } from '../../src/transport/ssh2-transport.ts';
import { type MakeTransport, serveTransport, type WatchedConnection } from '../../src/transport/worker-server.ts';

const PACE = new Int32Array(new SharedArrayBuffer(4));

/** What a host does to the process that runs a command on it, by the beginning of its name. */
const HARM: Readonly<Record<string, () => void>> = {
  pins: () => {
    for (;;);
  },
  'fills-heap': () => {
    for (const kept: object[] = []; ; ) kept.push({ kept: kept.length });
  },
  // Faster than any network brings it, and without a pause in which the library could notice.
  'fills-memory': () => {
    for (const kept: Uint8Array[] = []; ; Atomics.wait(PACE, 0, 0, 5)) kept.push(new Uint8Array(2 * 1024 * 1024).fill(1));
  },
  crashes: () => {
    queueMicrotask(() => {
      throw new TypeError('a message that nobody expected');
    });
  },
};

/** A worker process in which no guard holds hosts of certain names: what they would like to do to it is done. */
const make: MakeTransport = (options) => {
  const transport = createSsh2Transport(options);
  return {
    hostKeys: (target) => transport.hostKeys(target),
    async connect(target) {
      const connection = await transport.connect(target);
      const harm = Object.entries(HARM).find(([name]) => target.host.startsWith(name))?.[1];
      return harm === undefined ? connection : harmful(connection, harm);
    },
  };
};

function harmful(connection: WatchedConnection, harm: () => void): WatchedConnection {
  return {
    gone: connection.gone,
    get closed() {
      return connection.closed;
    },
    close: () => connection.close(),
    exec(request) {
      const result = connection.exec(request);
      harm();
      return result;
    },
  };
}

serveTransport(make);
