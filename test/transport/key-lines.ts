import { wireString } from '../../src/transport/ssh-wire.ts';

export const ED = 'ssh-ed25519';

/** A key blob of a type, told apart by a number. */
export function blob(type: string, n: number): Buffer {
  return Buffer.concat([wireString(Buffer.from(type)), wireString(Buffer.alloc(32, n))]);
}

/** A key as it stands on a line: its type and its blob. */
export function key(type: string, n: number): string {
  return `${type} ${blob(type, n).toString('base64')}`;
}
