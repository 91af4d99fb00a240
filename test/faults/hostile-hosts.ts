import type { Connection as Client, ServerChannel } from 'ssh2';
import type { Target } from '../../src/domain/transport.ts';
import { protocolOf, startHostileHost, welcome } from '../transport/hostile-host.ts';

/** What hosts of this program do once a command runs on them. */
const MODES: Readonly<Record<string, (client: Client) => void>> = {
  'packets of no bytes': (client) => {
    welcome(client);
    const confirm = protocolOf(client)['channelOpenConfirm'];
    protocolOf(client)['channelOpenConfirm'] = (id, sender, window) => confirm?.call(protocolOf(client), id, sender, window, 0);
  },
  'without looking at what it was granted': (client) => welcome(client, (stream) => forever(client, () => overrun(client, stream))),
  'output without end': (client) => welcome(client, (stream) => forEverWritten(stream)),
  'questions without end': (client) =>
    welcome(client, () => {
      socketOf(client).pause();
      forever(client, () => protocolOf(client)['ping']?.call(protocolOf(client)));
    }),
};

const BLOCK = Buffer.alloc(32_768, 'x');

function overrun(client: Client, stream: ServerChannel): void {
  const { id } = (stream as unknown as { outgoing: { id: number } }).outgoing;
  protocolOf(client)['channelData']?.call(protocolOf(client), id, BLOCK);
}

function forEverWritten(stream: ServerChannel): void {
  stream.on('error', () => {});
  while (stream.write(BLOCK));
  stream.once('drain', () => forEverWritten(stream));
}

/** Does something again and again, as fast as the network takes it, until the connection is gone. */
function forever(client: Client, act: () => void): void {
  const socket = socketOf(client);
  if (socket.destroyed) return;
  for (let n = 0; n < 200 && socket.writableLength < 4 * BLOCK.length; n += 1) act();
  setImmediate(forever, client, act);
}

interface RawSocket {
  readonly destroyed: boolean;
  readonly writableLength: number;
  pause(): void;
}

function socketOf(client: Client): RawSocket {
  return (client as unknown as { _sock: RawSocket })._sock;
}

// A process of its own serves the host, whose work and memory are not the controller's. Argument: a mode.
const mode = MODES[process.argv[2] ?? ''];
if (mode !== undefined) {
  const host = await startHostileHost(mode);
  process.send?.(host.target() satisfies Target);
  process.once('disconnect', () => {
    host.close();
    process.exit();
  });
}
