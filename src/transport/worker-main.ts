import { createSsh2Transport } from './ssh2-transport.ts';
import { serveTransport } from './worker-server.ts';

// What a worker process runs. Tests have entries of their own, around hosts that no guard holds.
serveTransport(createSsh2Transport);
