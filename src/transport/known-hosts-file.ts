import { createHmac, randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { chmod, chown, lstat, mkdir, open, readFile, realpath, rename, rm, stat, unlink } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fail, ok, type Result } from '../domain/failure.ts';
import { indexKnownHosts, judgeHostKey, parseKnownHosts } from './known-hosts.ts';
import { keyType } from './ssh-wire.ts';

/** A key to be remembered for a host, which is named as known_hosts names it: `host` or `[host]:port`. */
export interface NewKnownKey {
  readonly name: string;
  readonly blob: Uint8Array;
}

/** How the lines are written. */
export interface KnownHostsStyle {
  /** Names as HMACs (ssh_config(5), HashKnownHosts). */
  readonly hashed: boolean;
}

/** What became of keys that were to be remembered; those that the file had already are in neither list. */
export interface AddedKeys<Key extends NewKnownKey> {
  readonly added: readonly Key[];
  /** The file knows that host by other keys meanwhile, or has revoked this one: it was not added. */
  readonly refused: readonly Key[];
}

/** Neither a pattern, a list, a marker, a comment nor a hash; no white space. */
const PLAIN_NAME = /^[^\s,*?!@#|][^\s,*?!]*$/;

const PAUSE_MS = 50;
const PATIENCE_MS = 10_000;

/**
 * Adds keys of hosts that a known_hosts file does not know to its end, all at once: a whole new file takes the place of the old one, with
 * its mode and owner. What the file says is judged again while nobody else of us writes to it; so of several processes none loses
 * another's lines, and a host that became known meanwhile gets no second key. Fails with `refused` when the file cannot be written.
 */
export async function addKnownHosts<Key extends NewKnownKey>(
  path: string,
  keys: readonly Key[],
  style: KnownHostsStyle,
): Promise<Result<AddedKeys<Key>>> {
  const odd = keys.find(({ name }) => !PLAIN_NAME.test(name));
  if (odd !== undefined)
    return fail('refused', `${JSON.stringify(odd.name)} cannot stand in known_hosts as the name of one host`, { at: path });
  try {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    const real = await placeOf(path);
    if (!real.ok) return real;
    const lock = await takeLock(`${real.value}.runbook-lock`);
    if (!lock) {
      const hint = 'if no runbook works on it, remove it';
      return fail('refused', `${real.value}.runbook-lock is held by another process`, { at: path, hint });
    }
    try {
      return ok(await addTo(real.value, keys, style));
    } finally {
      await unlink(lock);
    }
  } catch (error) {
    return fail('refused', `known_hosts could not be written: ${error instanceof Error ? error.message : String(error)}`, { at: path });
  }
}

/** Where the file is, links followed. What is there and no file (`/dev/null`) would be lost to the rename, and so would a link that leads nowhere. */
async function placeOf(path: string): Promise<Result<string>> {
  const real = await realpath(path).catch(() => path);
  const there = await lstat(real).catch(() => undefined);
  if (there === undefined || there.isFile()) return ok(real);
  const what = there.isSymbolicLink() ? 'is a link that leads nowhere' : 'is no file';
  return fail('refused', `known_hosts could not be written: ${path} ${what}`, { at: path, hint: 'name a file with UserKnownHostsFile' });
}

async function addTo<Key extends NewKnownKey>(path: string, keys: readonly Key[], { hashed }: KnownHostsStyle): Promise<AddedKeys<Key>> {
  const before = await readFile(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  const known = indexKnownHosts(parseKnownHosts((before ?? Buffer.alloc(0)).toString('latin1'), path));
  const judged = keys.map((key) => ({ key, verdict: judgeHostKey(known, key.name, key.blob) }));
  const accepted = new Set(judged.flatMap(({ key, verdict }) => (verdict.kind === 'accepted' ? [key.name] : [])));
  const fresh = judged.flatMap(({ key, verdict }) => (verdict.kind === 'unknown' && verdict.known.length === 0 ? [key] : []));
  const added = [...new Map(fresh.map((key) => [lineOf(key, false), key])).values()];
  if (added.length > 0) await replace(path, before, added.map((key) => lineOf(key, hashed)).join(''));
  // A host of which another process has added one key is known by it; that its other keys are not there harms nobody.
  const refused = judged.flatMap(({ key }) => (fresh.includes(key) || accepted.has(key.name) ? [] : [key]));
  return { added, refused };
}

/** `name type base64`, or `|1|salt|hmac type base64` (`man sshd`, SSH_KNOWN_HOSTS FILE FORMAT). */
function lineOf({ name, blob }: NewKnownKey, hashed: boolean): string {
  const key = `${keyType(blob) ?? ''} ${Buffer.from(blob).toString('base64')}`;
  if (!hashed) return `${name} ${key}\n`;
  const salt = randomBytes(20);
  const digest = createHmac('sha1', salt).update(name).digest('base64');
  return `|1|${salt.toString('base64')}|${digest} ${key}\n`;
}

async function replace(path: string, before: Buffer | undefined, lines: string): Promise<void> {
  const old = before ?? Buffer.alloc(0);
  const gap = old.length > 0 && old.at(-1) !== 0x0a ? '\n' : '';
  const fresh = `${path}.runbook-new`;
  await rm(fresh, { force: true });
  const file = await open(fresh, constants.O_CREAT | constants.O_EXCL | constants.O_WRONLY | constants.O_NOFOLLOW, 0o600);
  try {
    await file.writeFile(Buffer.concat([old, Buffer.from(gap + lines)]));
    await file.sync();
  } finally {
    await file.close();
  }
  if (before) {
    const { mode, uid, gid } = await stat(path);
    await chmod(fresh, mode & 0o777);
    if (process.getuid?.() === 0) await chown(fresh, uid, gid);
  }
  await rename(fresh, path);
}

/** The path of a lock that is ours now; undefined when somebody has had it for too long. */
async function takeLock(path: string): Promise<string | undefined> {
  for (const until = performance.now() + PATIENCE_MS; performance.now() < until; ) {
    try {
      const file = await open(path, 'wx', 0o600);
      await file.close();
      return path;
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
  }
  return undefined;
}
