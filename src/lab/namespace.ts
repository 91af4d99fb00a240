import { type ChildProcess, spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { fail, ok, type Result } from '../domain/failure.ts';
import type { Mount } from './host-tree.ts';

/** How a command gets a mount namespace of its own: as the real root, or as root of a user namespace. */
export type NamespaceMode = 'root' | 'user';

/** All that is needed to run a command in a host. */
export interface Enterable {
  readonly name: string;
  readonly tree: string;
  /** The table of mounts, in fstab(5)'s form. */
  readonly table: string;
}

const HOST_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** What a command's environment holds inside a host, and nothing else. */
const HOST_ENVIRONMENT = { PATH: HOST_PATH, HOME: '/root', USER: 'root', LOGNAME: 'root', SHELL: '/bin/sh' };

/** Exit status with which the way in fails, before the command is begun. */
const NOT_ENTERED = 254;

// Positional: tree, table, host name, command. The namespaces are the caller's own by now; they end with the last process in them.
const ENTER = `
refused=$(mount -a -T "$2" 2>&1) || { printf 'the practice host could not be entered: %s\\n' "$refused" >&2; exit ${NOT_ENTERED}; }
hostname "$3" 2>/dev/null
exec chroot "$1" /bin/sh -c 'cd /root && exec /bin/sh -c "$1"' sh "$4"`;

/** Writes the table of mounts that every command in the host begins with. */
export function writeMountTable(path: string, mounts: readonly Mount[], mode: NamespaceMode): void {
  writeFileSync(path, mounts.map((mount) => tableLine(mount, mode)).join(''));
}

function tableLine(mount: Mount, mode: NamespaceMode): string {
  const bind = mount.recursive ? 'rbind' : 'bind';
  // In a user namespace only this user's own rights hold, and a read-only remount is not always permitted there.
  const options = mount.readOnly && mode === 'root' ? `${bind},ro` : bind;
  return `${escaped(mount.from)} ${escaped(mount.onto)} none ${options} 0 0\n`;
}

/** Blanks and backslashes as fstab(5) writes them. */
function escaped(path: string): string {
  return path.replace(/[\\ \t\n]/g, (character) => `\\${character.charCodeAt(0).toString(8).padStart(3, '0')}`);
}

/** Starts a command in a host, in a process group of its own. The login shell is /bin/sh, as sshd would call it. */
export function enterHost(
  host: Enterable,
  mode: NamespaceMode,
  command: string,
  extra: Readonly<Record<string, string>> = {},
): ChildProcess {
  const unshare = mode === 'root' ? ['--mount', '--uts'] : ['--map-root-user', '--mount', '--uts'];
  return spawn('unshare', [...unshare, '/bin/sh', '-c', ENTER, 'lab', host.tree, host.table, host.name, command], {
    cwd: '/',
    detached: true,
    env: { ...HOST_ENVIRONMENT, ...extra },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
}

/** What a command printed and how it ended; -1 when it was ended by a signal or never began. */
export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command in a host with empty standard input and waits for it. */
export function runInHost(
  host: Enterable,
  mode: NamespaceMode,
  command: string,
  extra: Readonly<Record<string, string>> = {},
): Promise<Ran> {
  return new Promise((resolve) => {
    const child = enterHost(host, mode, command, extra);
    let stdout = '';
    let stderr = '';
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
    });
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    child.stdin?.end();
    child.on('error', (error) => resolve({ code: -1, stdout, stderr: error.message }));
    child.on('close', (code) => resolve({ code: code ?? -1, stdout, stderr }));
  });
}

/** Modes worth trying for this user, the better first: the real root needs no user namespace, but may lack the right to mount. */
export function modesToTry(): readonly NamespaceMode[] {
  return process.getuid?.() === 0 ? ['root', 'user'] : ['user'];
}

/** Whether a host can be entered in a mode. */
export async function canEnter(host: Enterable, mode: NamespaceMode): Promise<Result<void>> {
  const ran = await runInHost(host, mode, 'exit 0');
  if (ran.code === 0) return ok(undefined);
  const said = ran.stderr.trim().split('\n')[0] ?? '';
  if (said.includes('ENOENT')) {
    return fail('missing-program', 'the practice fleet needs the program unshare, which is not installed', {
      hint: 'install util-linux',
    });
  }
  return fail('permission-denied', `this system does not let you have a mount namespace of your own: ${said}`, {
    hint:
      'the practice fleet needs unprivileged user namespaces: ask for `sysctl kernel.apparmor_restrict_unprivileged_userns=0` (Ubuntu 24.04), ' +
      '`kernel.unprivileged_userns_clone=1` (older Debian) or `user.max_user_namespaces=10000`, or run it as root',
  });
}
