import { createSecretKey } from 'node:crypto';
import type { Client, ParsedKey } from 'ssh2';

/** Message handlers by name, as the client library keeps them. */
export type Handlers = Record<string, (...args: unknown[]) => void>;

/** Makes a signature over data; is to be called back with it. */
type Sign = (data: Buffer, done: (signature: Buffer) => void) => void;

/** What the library's protocol object sends (its lib/protocol/Protocol.js). Each call is one packet, and waits for nothing. */
export interface ProtocolParts {
  service(name: string): void;
  authPK(user: string, key: ParsedKey, algorithm: string, sign: Sign): void;
  session(...args: unknown[]): void;
  exec(channel: number, command: string, wantReply: boolean): void;
}

/** Private parts of a client that has begun to connect. */
export interface ClientParts {
  readonly handlers: Handlers;
  readonly protocol: ProtocolParts;
  /** A channel by the number that this side gave it; undefined: there is none. */
  channel(number: unknown): unknown;
  /**
   * Has the keys that were just agreed made ready for use. The library makes a cipher for each AES-GCM packet out of the key's bytes, of which four
   * fifths are spent on the key (30 and 6 microseconds on Node 24). Other ciphers are left as they are.
   */
  readyKeys(): void;
  /** Strict key exchange was agreed, without which ChaCha20 is open to CVE-2023-48795. */
  isStrict(): boolean;
}

/**
 * Reaches into the library: the one place that does, hence the exact version in package.json. Throws where the parts are not as expected, so
 * that no connection goes without what is built on them.
 */
export function partsOf(client: Client): ClientParts {
  const protocol = field(client, '_protocol');
  const handlers = field(protocol, '_handlers');
  const channels = field(client, '_chanMgr');
  const get = field(channels, 'get');
  if (!isHandlers(handlers) || !isProtocol(protocol) || typeof get !== 'function') throw new Error(UNEXPECTED);
  return {
    handlers,
    protocol,
    channel: (number) => get.call(channels, number),
    readyKeys() {
      readyKey(field(protocol, '_cipher'), '_encKey');
      readyKey(field(protocol, '_decipher'), '_decipherKey');
    },
    isStrict: () => field(protocol, '_strictMode') === true,
  };
}

/** Puts a check before a handler, which is called only where the check says so. */
export function before(handlers: Handlers, name: string, check: (...args: unknown[]) => boolean): void {
  const original = handlers[name];
  if (original === undefined) throw new Error(UNEXPECTED);
  handlers[name] = (...args) => {
    if (check(...args)) original(...args);
  };
}

/** A field of something of which nothing is known; undefined where it has none. */
export function field(from: unknown, name: string): unknown {
  return isObject(from) ? from[name] : undefined;
}

function readyKey(cipher: unknown, name: string): void {
  const key = field(cipher, name);
  if (isObject(cipher) && key instanceof Uint8Array) cipher[name] = createSecretKey(key);
}

const UNEXPECTED = 'unexpected SSH library';
const SENT = ['service', 'authPK', 'session', 'exec'];

function isObject(value: unknown): value is Record<string, unknown> {
  return (typeof value === 'object' || typeof value === 'function') && value !== null;
}

function isHandlers(value: unknown): value is Handlers {
  return isObject(value) && Object.values(value).every((one) => one === undefined || typeof one === 'function');
}

function isProtocol(value: unknown): value is ProtocolParts {
  return isObject(value) && SENT.every((name) => typeof value[name] === 'function');
}
