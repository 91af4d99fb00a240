import { createHmac, randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { chmod, chown, mkdir, open, readFile, realpath, rename, rm, stat, unlink } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fail, ok, type Result } from '../domain/failure.ts';
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

const PAUSE_MS = 50;
const PATIENCE_MS = 10_000;

/**
 * Adds lines to the end of a known_hosts file, all or none: a whole new file takes the place of the old one, with its mode and owner. Of
 * several processes that add at the same time none loses another's lines. Fails with `refused` when the file cannot be written.
 */
export async function addKnownHosts(path: string, keys: readonly NewKnownKey[], { hashed }: KnownHostsStyle): Promise<Result<void>> {
  try {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    const real = await realpath(path).catch(() => path);
    const lock = await takeLock(`${real}.runbook-lock`);
    if (!lock)
      return fail('refused', `${real}.runbook-lock is held by another process`, { at: path, hint: 'if no runbook works on it, remove it' });
    try {
      await replace(real, keys.map((key) => lineOf(key, hashed)).join(''));
    } finally {
      await unlink(lock);
    }
    return ok(undefined);
  } catch (error) {
    return fail('refused', `known_hosts could not be written: ${error instanceof Error ? error.message : String(error)}`, { at: path });
  }
}

/** `name type base64`, or `|1|salt|hmac type base64` (`man sshd`, SSH_KNOWN_HOSTS FILE FORMAT). */
function lineOf({ name, blob }: NewKnownKey, hashed: boolean): string {
  const key = `${keyType(blob) ?? ''} ${Buffer.from(blob).toString('base64')}`;
  if (!hashed) return `${name} ${key}\n`;
  const salt = randomBytes(20);
  const digest = createHmac('sha1', salt).update(name).digest('base64');
  return `|1|${salt.toString('base64')}|${digest} ${key}\n`;
}

async function replace(path: string, lines: string): Promise<void> {
  const before = await readFile(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
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
