import { readFile, stat } from 'node:fs/promises';
import type { Failure, Result } from '../domain/failure.ts';
import type { Endpoint } from '../domain/transport.ts';
import { hostKeyFailure } from './connect-failure.ts';
import {
  equalBlobs,
  indexKnownHosts,
  judgeHostKey,
  type KnownHosts,
  type KnownKey,
  knownHostsName,
  linesOf,
  namedKeyTypes,
  parseKnownHosts,
} from './known-hosts.ts';
import { fingerprint, keyType } from './ssh-wire.ts';

/** A missing file, always the same: an index is known by its parts. */
const NOTHING: readonly KnownKey[] = [];

/** Reads known_hosts files, each once until it changes, however many ask at the same time. */
export class KnownHostsReader {
  readonly #files = new Map<string, { readonly stamp: string; readonly keys: Promise<readonly KnownKey[]> }>();
  readonly #indexes = new Map<string, { readonly parts: readonly (readonly KnownKey[])[]; readonly index: KnownHosts }>();

  /**
   * The lines of all files together. A missing file is empty. One that is there but cannot be read is a failure, since it
   * may hold a revocation.
   */
  async read(files: readonly string[]): Promise<Result<KnownHosts>> {
    const parts: (readonly KnownKey[])[] = [];
    for (const file of files) {
      try {
        parts.push(await this.#read(file));
      } catch (error) {
        return { ok: false, failure: unreadable(file, error) };
      }
    }
    return { ok: true, value: this.#index(files.join('\0'), parts) };
  }

  async #read(file: string): Promise<readonly KnownKey[]> {
    const stats = await stat(file).catch(missingIsUndefined);
    if (stats === undefined) return NOTHING;
    const stamp = `${stats.ino}:${stats.size}:${stats.mtimeMs}`;
    const cached = this.#files.get(file);
    if (cached?.stamp === stamp) return cached.keys;
    const keys = readFile(file, 'latin1').then((text) => parseKnownHosts(text, file));
    this.#files.set(file, { stamp, keys });
    // Who asks after a failure reads anew.
    keys.catch(() => this.#files.get(file)?.keys === keys && this.#files.delete(file));
    return keys;
  }

  #index(name: string, parts: readonly (readonly KnownKey[])[]): KnownHosts {
    const cached = this.#indexes.get(name);
    if (cached?.parts.length === parts.length && cached.parts.every((part, n) => part === parts[n])) return cached.index;
    const index = indexKnownHosts(parts.flat());
    this.#indexes.set(name, { parts, index });
    return index;
  }
}

/** The name under which a server's key is looked up. */
export function endpointName({ hostKeyAlias, address, port }: Pick<Endpoint, 'hostKeyAlias' | 'address' | 'port'>): string {
  return hostKeyAlias?.toLowerCase() ?? knownHostsName(address, port);
}

function missingIsUndefined(error: unknown): undefined {
  if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
  throw error;
}

function unreadable(file: string, error: unknown): Failure {
  const why = error instanceof Error ? error.message : String(error);
  return {
    code: 'host-key',
    message: `known_hosts cannot be read: ${why}`,
    at: file,
    hint: 'make it readable; host keys are never accepted unseen',
  };
}

/**
 * The check of a host's key, one for a connection. Strict, and there is no other way: whatever is not known, or goes wrong
 * while looking, is refused. The key is shown again at every rekeying and must stay the one first accepted.
 */
export class HostKeyCheck {
  /** Why the last key was refused. */
  failure: Failure | undefined;
  /** Types that are known for this host, other than the one that was refused: worth asking the host for. */
  otherTypes: readonly string[] = [];
  readonly #target: Pick<Endpoint, 'host' | 'address' | 'port' | 'hostKeyAlias' | 'knownHostsFiles'>;
  readonly #known: KnownHosts;
  readonly #name: string;
  #accepted: Buffer | undefined;

  constructor(target: Pick<Endpoint, 'host' | 'address' | 'port' | 'hostKeyAlias' | 'knownHostsFiles'>, known: KnownHosts) {
    this.#target = target;
    this.#known = known;
    this.#name = endpointName(target);
  }

  /** The fingerprint of the key that was accepted. */
  get fingerprint(): string | undefined {
    return this.#accepted && fingerprint(this.#accepted);
  }

  /** Types to ask the host for first. */
  preferredTypes(): readonly string[] {
    return namedKeyTypes(this.#known, this.#name);
  }

  /** True only for a key that may be trusted. Never throws. */
  accepts(shown: Uint8Array): boolean {
    try {
      return this.#accepted === undefined ? this.#judge(shown) : this.#isStillTheSame(shown, this.#accepted);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      this.failure = { code: 'host-key', message: `the host key could not be checked: ${why}`, at: this.#name };
      return false;
    }
  }

  #judge(shown: Uint8Array): boolean {
    const verdict = judgeHostKey(this.#known, this.#name, shown);
    if (verdict.kind === 'accepted') {
      this.#accepted = Buffer.from(shown);
      return true;
    }
    this.failure = hostKeyFailure(this.#target, this.#name, verdict, shown);
    const plain = linesOf(this.#known, this.#name).filter((key) => key.marker === 'none');
    if (verdict.kind !== 'revoked') this.otherTypes = [...new Set(plain.map((key) => key.type))].filter((type) => type !== keyType(shown));
    return false;
  }

  #isStillTheSame(shown: Uint8Array, accepted: Uint8Array): boolean {
    if (equalBlobs(shown, accepted)) return true;
    this.failure = { code: 'host-key', message: 'the host showed another key while rekeying', at: this.#name };
    return false;
  }
}
