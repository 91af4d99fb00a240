/** How new bytes travel inside a script: base64, or octal escapes of printf for a host without a base64 program. */
export type Encoding = 'base64' | 'octal';

/** Bytes a printf; as one argument, encoded, below Linux's 128 KiB (MAX_ARG_STRLEN), as printf is a program in some shells. */
const CHUNK_BYTES: Readonly<Record<Encoding, number>> = { base64: 48 * 1024, octal: 16 * 1024 };

/** The definition of a shell function that prints exactly these bytes. */
export function payloadFunction(name: string, bytes: Uint8Array, encoding: Encoding): string {
  const lines: string[] = [];
  for (let at = 0; at < bytes.length; at += CHUNK_BYTES[encoding]) {
    const chunk = Buffer.from(bytes.subarray(at, at + CHUNK_BYTES[encoding]));
    lines.push(encoding === 'base64' ? `printf %s '${chunk.toString('base64')}'` : `printf '${octal(chunk)}'`);
  }
  const body = lines.length === 0 ? ':' : lines.join('\n');
  return encoding === 'base64' ? `${name}() { {\n${body}\n} | base64 -d; }\n` : `${name}() {\n${body}\n}\n`;
}

function octal(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => `\\${byte.toString(8).padStart(3, '0')}`).join('');
}
