import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import type { Target } from '../../src/domain/transport.ts';

/** Kinds of keys that `ssh-keygen -t` makes. */
export type KeyKind = 'ed25519' | 'ecdsa' | 'rsa';

export interface SshdOptions {
  /** Lines for sshd_config; for a keyword given twice sshd takes the first, so these win. */
  readonly config?: readonly string[];
  /** Host keys it shows. Default: one of ed25519. */
  readonly hostKeys?: readonly KeyKind[];
  /** Shell code that authorized_keys forces instead of the command; unset: none. */
  readonly forceCommand?: string;
}

/** A running sshd of its own, with keys, known_hosts and authorized_keys in a directory of its own. */
export interface Sshd {
  readonly directory: string;
  readonly port: number;
  readonly pid: number;
  readonly user: string;
  /** Logs in as the current user with a generated key, and knows the host's keys. */
  target(changes?: Partial<Target>): Target;
  /** Makes a key pair and allows it to log in unless told otherwise; gives the private key's path. */
  newKey(
    name: string,
    options?: { readonly kind?: KeyKind; readonly passphrase?: string; readonly rounds?: number; readonly allowed?: boolean },
  ): string;
  /** The public host key as `type base64`. */
  hostKey(kind: KeyKind): string;
  /** All that sshd has logged until now. */
  log(): string;
  stop(): Promise<void>;
}

const SSHD = '/usr/sbin/sshd';

/** Why the tests that need an sshd cannot run here; `undefined` when they can. */
export function whyNoSshd(): string | undefined {
  if (!existsSync(SSHD)) return 'openssh-server is not installed';
  const isRoot = process.getuid?.() === 0;
  return isRoot && !existsSync('/run/sshd') && !tryMakeRunDirectory() ? '/run/sshd is missing and cannot be made' : undefined;
}

/** Privilege separation wants it when sshd starts as root. */
function tryMakeRunDirectory(): boolean {
  try {
    mkdirSync('/run/sshd', { recursive: true, mode: 0o755 });
    return true;
  } catch {
    return false;
  }
}

/** Starts an sshd on 127.0.0.1 at a free port. The caller stops it. */
export async function startSshd(options: SshdOptions = {}): Promise<Sshd> {
  const reason = whyNoSshd();
  if (reason !== undefined) throw new Error(reason);
  const directory = mkdtempSync(join(tmpdir(), 'runbook-sshd-'));
  const hostKeys = options.hostKeys ?? ['ed25519'];
  for (const kind of hostKeys) generateKey(join(directory, `host_${kind}`), kind, '');
  const authorized = join(directory, 'authorized_keys');
  writeFileSync(authorized, '', { mode: 0o600 });
  const port = await freePort();
  const logFile = join(directory, 'log');
  writeFileSync(join(directory, 'sshd_config'), sshdConfig(directory, port, hostKeys, options));
  const child = spawn(SSHD, ['-D', '-f', join(directory, 'sshd_config'), '-E', logFile], { stdio: 'ignore' });
  const killAtExit = () => child.kill('SIGTERM');
  process.once('exit', killAtExit);
  child.once('exit', () => process.off('exit', killAtExit));
  await untilListening(port, child, logFile);

  const user = userInfo().username;
  const hostKey = (kind: KeyKind) =>
    readFileSync(join(directory, `host_${kind}.pub`), 'utf8')
      .split(' ')
      .slice(0, 2)
      .join(' ');
  const newKey: Sshd['newKey'] = (name, { kind = 'ed25519', passphrase = '', rounds = 16, allowed = true } = {}) => {
    const path = join(directory, name);
    generateKey(path, kind, passphrase, rounds);
    const forced = options.forceCommand === undefined ? '' : `command="${options.forceCommand.replaceAll('"', '\\"')}" `;
    if (allowed) writeFileSync(authorized, `${forced}${readFileSync(`${path}.pub`, 'utf8')}`, { flag: 'a' });
    return path;
  };
  const knownHosts = join(directory, 'known_hosts');
  writeFileSync(knownHosts, hostKeys.map((kind) => `[127.0.0.1]:${port} ${hostKey(kind)}\n`).join(''));
  const identity = newKey('id_user');
  return {
    directory,
    port,
    pid: child.pid ?? 0,
    user,
    newKey,
    hostKey,
    log: () => readFileSync(logFile, 'utf8'),
    target: (changes = {}) => ({
      host: 'web1',
      address: '127.0.0.1',
      port,
      user,
      identityFiles: [identity],
      knownHostsFiles: [knownHosts],
      connectTimeoutMs: 20_000,
      keepAliveMs: 10_000,
      become: { enabled: false, user: 'root' },
      ...changes,
    }),
    stop: () => stop(child, directory),
  };
}

function sshdConfig(directory: string, port: number, hostKeys: readonly KeyKind[], options: SshdOptions): string {
  return [
    ...(options.config ?? []),
    `Port ${port}`,
    'ListenAddress 127.0.0.1',
    ...hostKeys.map((kind) => `HostKey ${join(directory, `host_${kind}`)}`),
    `AuthorizedKeysFile ${join(directory, 'authorized_keys')}`,
    `PidFile ${join(directory, 'pid')}`,
    'UsePAM no',
    'UseDNS no',
    'StrictModes no',
    'PasswordAuthentication no',
    'KbdInteractiveAuthentication no',
    'PermitRootLogin yes',
    // Of this keyword, and of no other here, sshd takes the last.
    ...(options.config?.some((line) => line.startsWith('MaxStartups ')) ? [] : ['MaxStartups 200']),
    'LogLevel DEBUG1',
    '',
  ].join('\n');
}

function generateKey(path: string, kind: KeyKind, passphrase: string, rounds = 16): void {
  execFileSync('ssh-keygen', ['-q', '-t', kind, '-a', String(rounds), '-N', passphrase, '-C', path.split('/').at(-1) ?? '', '-f', path]);
}

/** A port that nothing listens on right now. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

async function untilListening(port: number, child: ChildProcess, logFile: string): Promise<void> {
  while (!(await accepts(port))) {
    if (child.exitCode !== null) throw new Error(`sshd ended: ${readFileSync(logFile, 'utf8')}`);
  }
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('error', () => setTimeout(resolve, 20, false));
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
  });
}

async function stop(child: ChildProcess, directory: string): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) {
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGTERM');
    await ended;
  }
  rmSync(directory, { recursive: true, force: true });
}
