import { createPrivateKey, type KeyObject, sign } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import ssh2, { type ParsedKey } from 'ssh2';
import type { Secrets } from '../domain/transport.ts';
import { envelope } from './key-envelope.ts';
import { passphraseOf } from './passphrase.ts';
import { keyType } from './ssh-wire.ts';

/** A private key file of which the public half is known; the private half is decrypted when the first signature is wanted. */
export interface PrivateKey {
  readonly publicKey: ParsedKey;
  /** It is encrypted, and was not decrypted yet. */
  isLocked(): boolean;
  /** Decrypts the key once, asking for its passphrase where it has one. Rejects with what is wrong. */
  unlock(): Promise<KeyObject>;
}

/** Why a key file is not used. */
export interface UnusableKey {
  readonly unusable: string;
}

/** Reads a private key file without asking for its passphrase if that can be helped. */
export async function readPrivateKey(path: string, secrets: Secrets): Promise<PrivateKey | UnusableKey> {
  const text = await readKeyFile(path);
  if (typeof text !== 'string') return text;
  let isLocked = isEncrypted(text);
  const unlock = once(async () => {
    const unlocked = await decrypt(path, text, secrets);
    isLocked = false;
    return unlocked;
  });
  try {
    const publicKey = (await publicHalf(path, text)) ?? (await unlock()).parsed;
    if ('unusable' in publicKey) return publicKey;
    return { publicKey, isLocked: () => isLocked, unlock: async () => (await unlock()).key };
  } catch (error) {
    return { unusable: error instanceof Error ? error.message : String(error) };
  }
}

async function readKeyFile(path: string): Promise<string | UnusableKey> {
  try {
    const { mode, uid } = await stat(path);
    const isOurs = uid === process.getuid?.();
    if (isOurs && (mode & 0o077) !== 0) return { unusable: `others may read it (mode ${(mode & 0o777).toString(8)}); chmod 600 ${path}` };
    return await readFile(path, 'utf8');
  } catch (error) {
    return { unusable: codeOf(error) === 'ENOENT' ? 'no such file' : `cannot be read (${codeOf(error)})` };
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
}

/** The public half, which all but old encrypted PEM files show in clear; for those, that of the `.pub` file beside it. */
async function publicHalf(path: string, text: string): Promise<ParsedKey | UnusableKey | undefined> {
  const blob = envelope(text)?.publicBlob;
  if (blob !== undefined) return usablePublicKey(blob);
  const parsed = parseKey(text);
  if (!(parsed instanceof Error)) return parsed.isPrivateKey() ? usablePublicKey(parsed.getPublicSSH()) : { unusable: 'not a private key' };
  if (!isEncrypted(text)) return { unusable: `not a private key that can be read (${parsed.message})` };
  const beside = parseKey(await readFile(`${path}.pub`, 'utf8').catch(() => ''));
  return beside instanceof Error ? undefined : usablePublicKey(beside.getPublicSSH());
}

/** The public key in a file, or in the `.pub` beside it; undefined where there is none. */
export async function publicBlobOf(path: string): Promise<Buffer | undefined> {
  for (const file of [path, `${path}.pub`]) {
    const [, type, base64 = ''] = /^(\S+) ([A-Za-z0-9+/]+={0,2})(?:\s|$)/.exec(await readFile(file, 'latin1').catch(() => '')) ?? [];
    const blob = Buffer.from(base64, 'base64');
    if (type !== undefined && keyType(blob) === type) return blob;
  }
  return undefined;
}

/** A public key in the form the client wants, or why keys of its kind cannot be used. */
export function usablePublicKey(blob: Buffer): ParsedKey | UnusableKey {
  const type = keyType(blob) ?? 'unknown';
  if (type.includes('-cert-')) return { unusable: 'certificates are not supported' };
  if (type.startsWith('sk-')) return { unusable: 'FIDO/security keys (sk) are not supported' };
  if (type === 'ssh-dss') return { unusable: 'DSA keys are too weak' };
  const parsed = parseKey(`${type} ${blob.toString('base64')}`);
  return parsed instanceof Error ? { unusable: `keys of type ${type} are not supported` } : parsed;
}

function isEncrypted(text: string): boolean {
  return envelope(text)?.encrypted ?? (/^Proc-Type: 4,ENCRYPTED/m.test(text) || text.includes('BEGIN ENCRYPTED PRIVATE KEY'));
}

/** The slow part: up to a second of blocking arithmetic for an encrypted key, hence once a process. */
async function decrypt(path: string, text: string, secrets: Secrets): Promise<{ readonly parsed: ParsedKey; readonly key: KeyObject }> {
  const passphrase = isEncrypted(text) ? await secrets.get(passphraseOf(path)) : undefined;
  if (isEncrypted(text) && passphrase === undefined) throw new Error('it is encrypted and no passphrase was given');
  const parsed = parseKey(text, passphrase);
  if (parsed instanceof Error) throw new Error(passphrase === undefined ? 'it is damaged' : 'the passphrase is wrong');
  return { parsed, key: createPrivateKey(parsed.getPrivatePEM()) };
}

function parseKey(text: string, passphrase?: string): ParsedKey | Error {
  const parsed = ssh2.utils.parseKey(text, passphrase);
  return Array.isArray(parsed) ? (parsed[0] ?? new Error('no key in it')) : parsed;
}

function once<T>(work: () => Promise<T>): () => Promise<T> {
  let started: Promise<T> | undefined;
  return () => {
    started ??= work();
    return started;
  };
}

const HASHES: Readonly<Record<string, string>> = {
  'ecdsa-sha2-nistp256': 'sha256',
  'ecdsa-sha2-nistp384': 'sha384',
  'ecdsa-sha2-nistp521': 'sha512',
};

/** Signs by a decrypted key; `rsaHash` is what was agreed for RSA. SHA-1 is refused. */
export function signByKey(type: string, key: KeyObject, data: Uint8Array, rsaHash: string | undefined): Buffer {
  if (type !== 'ssh-rsa') return sign(HASHES[type] ?? null, data, key);
  if (rsaHash !== 'sha256' && rsaHash !== 'sha512') throw new Error('the host takes RSA signatures with SHA-1 only');
  return sign(rsaHash, data, key);
}
