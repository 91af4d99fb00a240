import { keyType, WireReader } from './ssh-wire.ts';

/** The unencrypted head of a private key file in OpenSSH's format (PROTOCOL.key in its source); `undefined` for other formats. */
export function envelope(text: string): { readonly encrypted: boolean; readonly publicBlob: Buffer } | undefined {
  const [, base64] = /-----BEGIN OPENSSH PRIVATE KEY-----([\s\S]+)-----END OPENSSH PRIVATE KEY-----/.exec(text) ?? [];
  if (base64 === undefined) return undefined;
  const bytes = Buffer.from(base64, 'base64');
  const magic = 'openssh-key-v1\0';
  if (bytes.subarray(0, magic.length).toString('latin1') !== magic) return undefined;
  const reader = new WireReader(bytes, magic.length);
  const cipher = reader.string()?.toString();
  reader.string();
  reader.string();
  reader.uint32();
  const publicBlob = reader.string();
  return publicBlob === undefined ? undefined : { encrypted: cipher !== 'none', publicBlob };
}

/** The type of a private key file in OpenSSH's format, by its text; undefined for other formats, which hold no FIDO keys. */
export function shownKeyType(text: string): string | undefined {
  const blob = envelope(text)?.publicBlob;
  return blob === undefined ? undefined : keyType(blob);
}
