import { existsSync } from 'node:fs';
import type { ParsedKey } from 'ssh2';
import type { Endpoint, Secrets } from '../domain/transport.ts';
import { listAgentKeys, signByAgent } from './agent-client.ts';
import { type PrivateKey, publicBlobOf, readPrivateKey, signByKey, type UnusableKey, usablePublicKey } from './private-key.ts';
import { fingerprint, keyType } from './ssh-wire.ts';

/** A key that can be shown to a host. */
export interface Identity {
  readonly publicKey: ParsedKey;
  /** Where it comes from and its fingerprint, for messages. */
  readonly label: string;
  /** Of a file, of which it is known whether somebody is asked before it signs. An agent may ask. */
  readonly ofFile: boolean;
  /** A passphrase is to be asked for before it can sign. */
  isLocked(): boolean;
  /** Makes it ready to sign, which may ask a person for a passphrase. */
  unlock(): Promise<unknown>;
  /** `rsaHash` is `sha256` or `sha512` for RSA keys, else ignored. */
  sign(data: Uint8Array, rsaHash: string | undefined): Promise<Buffer>;
}

/** What a target's keys come to. */
export interface Identities {
  readonly usable: readonly Identity[];
  /** A sentence for each key that is not used. */
  readonly skipped: readonly string[];
}

const AGENT_ANSWER_MS = 5_000;

/** All keys of this process. Each file is read, and decrypted, at most once, whatever the number of hosts. */
export class KeyRing {
  readonly #secrets: Secrets;
  readonly #files = new Map<string, Promise<KeyFile>>();
  /** The key that a host took last, by user. */
  readonly #taken = new Map<string, Identity>();

  constructor(secrets: Secrets) {
    this.#secrets = secrets;
  }

  /**
   * The keys for a target: the agent's, then the files' that the agent does not hold. Agent keys that are also named as
   * files come first, since a host counts every key it is shown against its MaxAuthTries.
   */
  async identities(target: Pick<Endpoint, 'agent' | 'identityFiles' | 'identitiesOnly'>): Promise<Identities> {
    const skipped: string[] = [];
    const held = target.agent === undefined ? [] : await fromAgent(target.agent, skipped);
    const { files, publics } = await this.#fromFiles(target.identityFiles, held, skipped);
    const isNamed = (one: Identity) =>
      files.some((file) => isSameKey(file, one)) || publics.some((blob) => one.publicKey.getPublicSSH().equals(blob));
    const named = [...held.filter(isNamed), ...held.filter((one) => !target.identitiesOnly && !isNamed(one))];
    return { usable: [...named, ...files.filter((file) => !held.some((one) => isSameKey(file, one)))], skipped };
  }

  /** A host took a user's key: the next one probably does as well. */
  remember(user: string, identity: Identity): void {
    this.#taken.set(user, identity);
  }

  /** The key that a host most probably takes, where it can sign without a person being asked for nothing. */
  likely(user: string, { usable }: Identities): Identity | undefined {
    const taken = this.#taken.get(user);
    const known = taken && usable.find((one) => isSameKey(one, taken));
    if (known !== undefined) return known;
    const [first] = usable;
    return first !== undefined && (first.ofFile || usable.length === 1) && !first.isLocked() ? first : undefined;
  }

  /** Keys of files, and public keys whose private half the agent holds: a file may be there to name one of the agent's keys (ssh_config(5), IdentityFile). */
  async #fromFiles(
    paths: readonly string[],
    held: readonly Identity[],
    skipped: string[],
  ): Promise<{ readonly files: readonly Identity[]; readonly publics: readonly Buffer[] }> {
    const identities: Identity[] = [];
    const publics: Buffer[] = [];
    for (const path of paths) {
      const { key, blob, hasCertificate } = await this.#file(path);
      if (blob !== undefined && held.some(({ publicKey }) => publicKey.getPublicSSH().equals(blob))) publics.push(blob);
      else if ('unusable' in key) skipped.push(`${path}: ${key.unusable}`);
      else identities.push(fileIdentity(path, key));
      if (hasCertificate) skipped.push(`${path}-cert.pub: certificates are not supported`);
    }
    return { files: identities, publics };
  }

  #file(path: string): Promise<KeyFile> {
    const known = this.#files.get(path) ?? readKeyFile(path, this.#secrets);
    this.#files.set(path, known);
    return known;
  }
}

/** What stands in a file and beside it. */
interface KeyFile {
  readonly key: PrivateKey | UnusableKey;
  /** The public key of a file without a usable private one. */
  readonly blob: Buffer | undefined;
  readonly hasCertificate: boolean;
}

async function readKeyFile(path: string, secrets: Secrets): Promise<KeyFile> {
  const key = await readPrivateKey(path, secrets);
  const blob = 'unusable' in key ? await publicBlobOf(path) : undefined;
  return { key, blob, hasCertificate: existsSync(`${path}-cert.pub`) };
}

/** Whether two identities are one key. */
export function isSameKey(a: Identity, b: Identity): boolean {
  return a.publicKey.getPublicSSH().equals(b.publicKey.getPublicSSH());
}

function fileIdentity(path: string, key: PrivateKey): Identity {
  const { publicKey } = key;
  return {
    publicKey,
    label: label(path, publicKey),
    ofFile: true,
    isLocked: () => key.isLocked(),
    unlock: () => key.unlock(),
    sign: async (data, rsaHash) => signByKey(publicKey.type, await key.unlock(), data, rsaHash),
  };
}

async function fromAgent(socketPath: string, skipped: string[]): Promise<readonly Identity[]> {
  try {
    const keys = await listAgentKeys(socketPath, AGENT_ANSWER_MS);
    return keys.flatMap(({ blob, comment }) => {
      const publicKey = usablePublicKey(blob);
      if (!('unusable' in publicKey)) return [agentIdentity(socketPath, publicKey, comment)];
      skipped.push(`agent key ${comment} (${keyType(blob) ?? 'unknown'}): ${publicKey.unusable}`);
      return [];
    });
  } catch (error) {
    skipped.push(`agent ${socketPath}: ${error instanceof Error ? error.message : String(error)}`);
    return [];
  }
}

function agentIdentity(socketPath: string, publicKey: ParsedKey, comment: string): Identity {
  return {
    publicKey,
    label: label(`agent key ${comment}`, publicKey),
    ofFile: false,
    isLocked: () => false,
    unlock: async () => undefined,
    sign: (data, rsaHash) => {
      if (publicKey.type === 'ssh-rsa' && rsaHash === 'sha1') throw new Error('the host takes RSA signatures with SHA-1 only');
      return signByAgent(socketPath, publicKey.getPublicSSH(), data, rsaHash);
    },
  };
}

function label(origin: string, publicKey: ParsedKey): string {
  return `${origin} (${publicKey.type} ${fingerprint(publicKey.getPublicSSH())})`;
}
