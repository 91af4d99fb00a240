import { before, type ClientParts, field, type Handlers } from './client-parts.ts';

/** What the guard sees of a connection. */
export interface GuardEvents {
  /** The host broke the protocol: the connection must go now. */
  drop(why: string): void;
  /** The host refused a login method, or took it and wants more (`partial`), and says which would do. False: the library need not know. */
  loginRefused(methods: readonly string[], partial: boolean): boolean;
}

/**
 * Packet sizes a host may ask for. Zero made the library's write loop spin for ever (mscdex/ssh2 issue 1504); the lower bound
 * leaves room for small devices, the upper one is that of OpenSSH's own packets.
 */
const PACKET_SIZES = { least: 1_024, most: 262_144 };

/**
 * What a host may ask for in a minute: exit codes, and whether we are still there. The library makes a cipher for every answer,
 * a quarter of a millisecond, and reads 2 MB of questions before anything else gets its turn: seconds.
 */
const QUESTIONS = { names: ['GLOBAL_REQUEST', 'CHANNEL_REQUEST', 'CHANNEL_OPEN'], most: 1_000, inMs: 60_000 };

/** Puts checks before the library's own message handlers. */
export function installGuard({ handlers, channel }: ClientParts, events: GuardEvents): void {
  guardHandlers(handlers, (number) => windowOf(channel(number)), events);
}

/** Wraps the handlers in place; `window` tells how many bytes a channel was granted. */
export function guardHandlers(handlers: Handlers, window: (channel: unknown) => number | undefined, events: GuardEvents): void {
  before(handlers, 'CHANNEL_OPEN_CONFIRMATION', (_protocol, info) => {
    const size = field(info, 'packetSize');
    if (typeof size === 'number' && size >= PACKET_SIZES.least && size <= PACKET_SIZES.most) return true;
    events.drop(`the host asked for packets of ${String(size)} bytes`);
    return false;
  });
  for (const name of ['CHANNEL_DATA', 'CHANNEL_EXTENDED_DATA']) {
    before(handlers, name, (_protocol, channel, data) => {
      const granted = window(channel);
      if (granted === undefined || !(data instanceof Uint8Array) || data.length <= granted) return true;
      events.drop('the host sent more than it was granted');
      return false;
    });
  }
  const isTooMany = tooMany(QUESTIONS.most, QUESTIONS.inMs);
  for (const name of QUESTIONS.names) {
    before(handlers, name, () => {
      if (!isTooMany()) return true;
      events.drop('the host asks without end');
      return false;
    });
  }
  before(handlers, 'USERAUTH_FAILURE', (_protocol, methods, partial) => {
    return !Array.isArray(methods) || events.loginRefused(methods.map(String), partial === true);
  });
  // The library would have the host prove all its keys, which costs a round trip and signatures; nothing here uses them.
  const answer = handlers['GLOBAL_REQUEST'];
  if (answer === undefined) throw new Error('unexpected SSH library');
  handlers['GLOBAL_REQUEST'] = (protocol, name, ...rest) => answer(protocol, name === HOST_KEYS_REQUEST ? 'unused' : name, ...rest);
}

const HOST_KEYS_REQUEST = 'hostkeys-00@openssh.com';

/** True once it is called more often than that in a stretch of time. */
function tooMany(most: number, inMs: number): () => boolean {
  let [since, calls] = [performance.now(), 0];
  return () => {
    const now = performance.now();
    if (now - since > inMs) [since, calls] = [now, 0];
    calls += 1;
    return calls > most;
  };
}

function windowOf(channel: unknown): number | undefined {
  const window = field(field(channel, 'incoming'), 'window');
  return typeof window === 'number' ? window : undefined;
}
