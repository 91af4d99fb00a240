import { createHash } from 'node:crypto';

/** Reads the length-prefixed fields that SSH keys and agent messages are made of (RFC 4251, section 5). */
export class WireReader {
  readonly #bytes: Buffer;
  #at: number;

  constructor(bytes: Uint8Array, at = 0) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#at = at;
  }

  /** The next unsigned 32-bit number; `undefined` when the bytes are over. */
  uint32(): number | undefined {
    if (this.#at + 4 > this.#bytes.length) return undefined;
    const value = this.#bytes.readUInt32BE(this.#at);
    this.#at += 4;
    return value;
  }

  /** The next `string`; `undefined` when it is cut short. */
  string(): Buffer | undefined {
    const length = this.uint32();
    if (length === undefined || this.#at + length > this.#bytes.length) return undefined;
    const value = this.#bytes.subarray(this.#at, this.#at + length);
    this.#at += length;
    return value;
  }
}

/** A number as four bytes, big-endian. */
export function wireUint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

/** Bytes with their length before them. */
export function wireString(bytes: Uint8Array): Buffer {
  return Buffer.concat([wireUint32(bytes.length), bytes]);
}

/** The type that a public key blob names itself, such as `ssh-ed25519`; `undefined` when it is not one. */
export function keyType(blob: Uint8Array): string | undefined {
  return new WireReader(blob).string()?.toString('latin1');
}

/** A public key's fingerprint as `ssh-keygen -l` prints it: `SHA256:` and base64 without padding. */
export function fingerprint(blob: Uint8Array): string {
  return `SHA256:${createHash('sha256').update(blob).digest('base64').replace(/=+$/, '')}`;
}
