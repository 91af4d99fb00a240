import { createHmac, timingSafeEqual } from 'node:crypto';
import { matchesPatternList } from './host-pattern.ts';
import { keyType } from './ssh-wire.ts';

/** One line of a known_hosts file (`man sshd`, SSH_KNOWN_HOSTS FILE FORMAT). */
export interface KnownKey {
  readonly marker: 'none' | 'revoked' | 'cert-authority';
  /** The first field as it stands: comma patterns, or one hashed name. */
  readonly hosts: string;
  readonly type: string;
  /** Empty for a `@revoked` line whose key cannot be read. */
  readonly blob: Uint8Array;
  readonly file: string;
  /** 1-based. */
  readonly line: number;
}

/** What known_hosts says of the key that a host showed. Only `accepted` lets a connection go on. */
export type Verdict =
  | { readonly kind: 'accepted' }
  /** `known` is what the files have for that host: plain keys, or the line that revokes, or the authorities. */
  | { readonly kind: 'unknown' | 'changed' | 'revoked' | 'ca-only'; readonly known: readonly KnownKey[] };

/** The lines of one or more files, indexed so that a host's own key is found without hashing every line. */
export interface KnownHosts {
  /** By the base64 of the blob. */
  readonly byKey: ReadonlyMap<string, readonly KnownKey[]>;
  /** Lines of literal names, by each of these names. */
  readonly byName: ReadonlyMap<string, readonly KnownKey[]>;
  /** Lines with `*`, `?` or `!`. */
  readonly patterned: readonly KnownKey[];
  readonly hashed: readonly KnownKey[];
}

/** The name under which a host stands in known_hosts: `host`, or `[host]:port` where the port is not 22. */
export function knownHostsName(address: string, port: number): string {
  const name = address.toLowerCase();
  return port === 22 ? name : `[${name}]:${port}`;
}

/** Reads a file's lines. One that makes no sense is left out, so it can accept nothing; a damaged `@revoked` line is kept. */
export function parseKnownHosts(text: string, file: string): readonly KnownKey[] {
  return text.split('\n').flatMap((line, index) => parseLine(line.trim(), file, index + 1));
}

/** The lines, from 1, that ought to say something and make no sense: each is left out, or is a damaged `@revoked` one. */
export function senselessLines(text: string): readonly number[] {
  return text.split('\n').flatMap((raw, index) => {
    const line = raw.trim();
    const isRead = line === '' || line.startsWith('#') || parseLine(line, '', index + 1).some(({ blob }) => blob.length > 0);
    return isRead ? [] : [index + 1];
  });
}

function parseLine(text: string, file: string, line: number): readonly KnownKey[] {
  if (text === '' || text.startsWith('#')) return [];
  const [, markerText = '', rest = ''] = /^(@\S+[ \t]+)?(.*)$/.exec(text) ?? [];
  const marker = MARKERS[markerText.trim()];
  const [hosts, type, base64] = rest.split(/[ \t]+/);
  if (marker === undefined || hosts === undefined || hosts === '') return [];
  const blob = readBlob(type, base64);
  if (blob === undefined && marker !== 'revoked') return [];
  return [{ marker, hosts, type: type ?? '', blob: blob ?? new Uint8Array(), file, line }];
}

const MARKERS: Readonly<Record<string, KnownKey['marker']>> = { '': 'none', '@revoked': 'revoked', '@cert-authority': 'cert-authority' };

function readBlob(type: string | undefined, base64: string | undefined): Buffer | undefined {
  if (base64 === undefined || !/^[A-Za-z0-9+/]+={0,2}$/.test(base64)) return undefined;
  const blob = Buffer.from(base64, 'base64');
  return keyType(blob) === type ? blob : undefined;
}

/** Indexes the lines of all files together; their order does not matter. */
export function indexKnownHosts(keys: readonly KnownKey[]): KnownHosts {
  const byKey = new Map<string, KnownKey[]>();
  const byName = new Map<string, KnownKey[]>();
  const patterned: KnownKey[] = [];
  const hashed: KnownKey[] = [];
  for (const key of keys) {
    add(byKey, Buffer.from(key.blob).toString('base64'), key);
    if (key.hosts.startsWith('|')) hashed.push(key);
    else if (/[*?!]/.test(key.hosts)) patterned.push(key);
    else for (const name of new Set(key.hosts.toLowerCase().split(','))) add(byName, name, key);
  }
  return { byKey, byName, patterned, hashed };
}

function add(map: Map<string, KnownKey[]>, name: string, key: KnownKey): void {
  const list = map.get(name);
  if (list === undefined) map.set(name, [key]);
  else list.push(key);
}

/** Whether a line speaks of a host, which is named as {@link knownHostsName} names it. */
export function speaksOf(key: KnownKey, name: string): boolean {
  return key.hosts.startsWith('|') ? matchesHash(key.hosts, name) : matchesPatternList(key.hosts.toLowerCase(), name);
}

/** `|1|salt|hmac-sha1(salt, name)`, both in base64. */
function matchesHash(hosts: string, name: string): boolean {
  const [, salt, digest] = /^\|1\|([^|]+)\|([^|]+)$/.exec(hosts) ?? [];
  if (salt === undefined || digest === undefined) return false;
  const expected = Buffer.from(digest, 'base64');
  const actual = createHmac('sha1', Buffer.from(salt, 'base64')).update(name).digest();
  return expected.length === actual.length && timingSafeEqual(expected, actual);
}

/** Every line that speaks of a host. Costs one HMAC a hashed line. */
export function linesOf(known: KnownHosts, name: string): readonly KnownKey[] {
  return [...namedLines(known, name), ...known.hashed.filter((key) => speaksOf(key, name))];
}

function namedLines(known: KnownHosts, name: string): readonly KnownKey[] {
  return [...(known.byName.get(name) ?? []), ...known.patterned.filter((key) => speaksOf(key, name))];
}

/**
 * The authority by which alone a host is known: no line has a key of its own under the first of its names. Hashed lines cost an HMAC
 * each, and only where there is an authority for one of the names.
 */
export function onlyAuthority(known: KnownHosts, names: readonly string[]): KnownKey | undefined {
  const isAuthority = ({ marker }: KnownKey) => marker === 'cert-authority';
  const hashed = known.hashed.filter(isAuthority);
  const found = names
    .flatMap((name) => [...namedLines(known, name).filter(isAuthority), ...hashed.filter((key) => speaksOf(key, name))])
    .at(0);
  const [own] = names;
  if (found === undefined || own === undefined) return undefined;
  return linesOf(known, own).some(({ marker }) => marker === 'none') ? undefined : found;
}

/** Key types that are known for a host without looking at hashed lines, in file order. */
export function namedKeyTypes(known: KnownHosts, name: string): readonly string[] {
  const types = namedLines(known, name).flatMap((key) => (key.marker === 'none' ? [key.type] : []));
  return [...new Set(types)];
}

/** Judges the key that a host showed. `@revoked` wins over all else. */
export function judgeHostKey(known: KnownHosts, name: string, shown: Uint8Array): Verdict {
  const candidates = known.byKey.get(Buffer.from(shown).toString('base64')) ?? [];
  const same = candidates.filter((key) => equalBlobs(key.blob, shown) && speaksOf(key, name));
  const damaged = (known.byKey.get('') ?? []).filter((key) => speaksOf(key, name));
  const revoking = [...same, ...damaged].filter((key) => key.marker === 'revoked');
  if (revoking.length > 0) return { kind: 'revoked', known: revoking };
  if (same.some((key) => key.marker === 'none')) return { kind: 'accepted' };
  return refusal(linesOf(known, name), keyType(shown));
}

function refusal(lines: readonly KnownKey[], type: string | undefined): Verdict {
  const plain = lines.filter((key) => key.marker === 'none');
  if (plain.length > 0) return { kind: plain.some((key) => key.type === type) ? 'changed' : 'unknown', known: plain };
  const authorities = lines.filter((key) => key.marker === 'cert-authority');
  return authorities.length > 0 ? { kind: 'ca-only', known: authorities } : { kind: 'unknown', known: [] };
}

/** Compares two public keys in constant time. */
export function equalBlobs(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && timingSafeEqual(a, b);
}
