import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { dirname, join } from 'node:path';
import { run } from './commands.ts';

/** What makes one host: its name, its address on the fleet's bridge, and the files that differ from the base tree. */
export interface HostRecipe {
  readonly name: string;
  readonly address: string;
  readonly base: string;
  readonly workDirectory: string;
  readonly bridge: string;
  /** Of the network namespace, and of the machine as systemd-nspawn calls it: several fleets may have a host of the same name. */
  readonly namespace: string;
  /** Of the bridge's end of its cable: at most 15 characters. */
  readonly link: string;
  /** Public key that may log in as root and ops. */
  readonly authorizedKey: string;
  /** Path to text, or to a local file to copy; modes as given. */
  readonly files: Readonly<Record<string, { readonly text?: string; readonly from?: string; readonly mode?: number }>>;
  /** Units enabled for multi-user.target. */
  readonly enabled: readonly string[];
}

/** A booted machine: real systemd as process 1, real sshd, in a network namespace of its own. */
export class SystemdHost {
  readonly name: string;
  readonly address: string;
  readonly #recipe: HostRecipe;
  readonly #directory: string;
  #leader: ChildProcess | undefined;

  private constructor(recipe: HostRecipe) {
    this.name = recipe.name;
    this.address = recipe.address;
    this.#recipe = recipe;
    this.#directory = join(recipe.workDirectory, recipe.name);
  }

  /** The host's root directory as this machine sees it. */
  get root(): string {
    return join(this.#directory, 'root');
  }

  /** Lays the host out: overlay, namespace, keys, files. It is not booted yet. */
  static async create(recipe: HostRecipe): Promise<SystemdHost> {
    const host = new SystemdHost(recipe);
    for (const part of ['upper', 'work', 'root']) mkdirSync(join(host.#directory, part), { recursive: true });
    const layers = `lowerdir=${recipe.base},upperdir=${host.#directory}/upper,workdir=${host.#directory}/work`;
    await run('mount', ['-t', 'overlay', 'overlay', '-o', layers, host.root]);
    await host.#network();
    await host.#identity();
    for (const [path, { text, from, mode }] of Object.entries(recipe.files))
      host.write(path, text ?? (from ? readFileSync(from) : ''), mode);
    for (const unit of recipe.enabled) {
      const wants = join(host.root, 'etc/systemd/system/multi-user.target.wants');
      mkdirSync(wants, { recursive: true });
      await run('ln', ['-sf', `/etc/systemd/system/${unit}`, join(wants, unit)]);
    }
    return host;
  }

  /** Writes a file of the host from outside. */
  write(path: string, content: string | Uint8Array, mode = 0o644): void {
    const real = join(this.root, path);
    mkdirSync(dirname(real), { recursive: true });
    writeFileSync(real, content, { mode });
  }

  /** Reads a file of the host from outside. */
  read(path: string): Buffer {
    return readFileSync(join(this.root, path));
  }

  /** The host's public key, as a known_hosts line. */
  get knownHostsLine(): string {
    return `${this.address} ${this.read('/etc/ssh/ssh_host_ed25519_key.pub').toString().split(' ').slice(0, 2).join(' ')}\n`;
  }

  /**
   * Boots it and waits until it is booted. That sshd greets is not enough: until systemd-user-sessions.service has run,
   * pam_nologin(8) turns everybody but root away, and sshd then hangs up without a reason.
   */
  async boot(): Promise<void> {
    try {
      await this.#bootOnce();
    } catch {
      // On a busy machine a unit may use up its time, and nothing starts it again: the host stays where it is.
      await this.cut();
      await this.#bootOnce();
    }
  }

  async #bootOnce(): Promise<void> {
    const args = [
      '-q',
      '--register=no',
      '--keep-unit',
      '-D',
      this.root,
      `--machine=${this.#recipe.namespace}`,
      `--network-namespace-path=/run/netns/${this.#recipe.namespace}`,
      '--boot',
    ];
    this.#leader = spawn('systemd-nspawn', args, { stdio: ['ignore', 'ignore', 'inherit'] });
    await greeted(this.address, BOOT_MS);
    await this.#booted();
    await greeted(this.address, BOOT_MS);
  }

  /** Ends it as a power cut would: nothing is flushed, nothing says goodbye. */
  async cut(): Promise<void> {
    const leader = this.#leader;
    if (!leader || leader.exitCode !== null || leader.signalCode !== null) return;
    const gone = new Promise((resolve) => leader.once('exit', resolve));
    const pids = (await run('ip', ['netns', 'pids', this.#recipe.namespace])).split('\n').filter((pid) => pid !== '');
    for (const pid of pids) {
      try {
        process.kill(Number(pid), 'SIGKILL');
      } catch {
        // It ended with another one.
      }
    }
    leader.kill('SIGKILL');
    await gone;
    this.#leader = undefined;
  }

  /** Pulls its cable, or plugs it in again: packets are lost without a word to either side. */
  async cable(state: 'in' | 'out'): Promise<void> {
    await run('ip', ['link', 'set', this.#recipe.link, state === 'in' ? 'up' : 'down']);
  }

  /** Runs a program in the host's namespaces, as root and without a login (it leaves no trace of one). */
  async exec(...argv: readonly string[]): Promise<string> {
    const [leader] = (await run('pgrep', ['-P', String(this.#leader?.pid)])).trim().split('\n');
    return run('nsenter', ['-t', leader ?? '', '-m', '-p', '-u', '-i', '-n', '--', ...argv]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.cut();
    await run('umount', ['-l', this.root]).catch(() => '');
    await unlink(this.#recipe.link);
    await run('ip', ['netns', 'del', this.#recipe.namespace]).catch(() => '');
    rmSync(this.#directory, { recursive: true, force: true });
  }

  /**
   * Until its target is reached. `systemctl is-system-running --wait` would ask for more: that the queue of jobs is empty for once,
   * which it hardly is where a unit comes to its end and is started again every two seconds. Where the queue stays empty, nothing more will come.
   */
  async #booted(): Promise<void> {
    const isIdle = '[ -n "$(systemctl list-jobs --no-legend)" ] && idle=0 || idle=$((idle + 1)); [ "$idle" -lt 50 ] || exit 1';
    const wait = `idle=0; until systemctl -q is-active multi-user.target && [ ! -e /run/nologin ]; do ${isIdle}; sleep 0.2; done`;
    try {
      await this.exec('timeout', String(BOOT_MS / 1_000), 'sh', '-c', wait);
    } catch {
      throw new Error(`${this.name} is not booted; waits for: ${await this.exec('systemctl', '--no-pager', 'list-jobs')}`);
    }
  }

  async #network(): Promise<void> {
    const { namespace, link, address, bridge } = this.#recipe;
    if (existsSync(`/run/netns/${namespace}`)) await run('ip', ['netns', 'del', namespace]);
    await unlink(link);
    await run('ip', ['netns', 'add', namespace]);
    await run('ip', ['link', 'add', link, 'type', 'veth', 'peer', 'name', 'host0', 'netns', namespace]);
    await run('ip', ['link', 'set', link, 'master', bridge, 'up']);
    await run('ip', ['-n', namespace, 'addr', 'add', `${address}/24`, 'dev', 'host0']);
    await run('ip', ['-n', namespace, 'link', 'set', 'host0', 'up']);
    await run('ip', ['-n', namespace, 'link', 'set', 'lo', 'up']);
  }

  async #identity(): Promise<void> {
    const { name, authorizedKey } = this.#recipe;
    this.write('/etc/hostname', `${name}\n`);
    this.write('/etc/hosts', `127.0.0.1 localhost ${name}\n`);
    rmSync(join(this.root, 'etc/machine-id'), { force: true });
    this.write('/etc/machine-id', randomUUID().replaceAll('-', ''));
    for (const type of ['ecdsa', 'rsa'])
      for (const end of ['', '.pub']) rmSync(join(this.root, `etc/ssh/ssh_host_${type}_key${end}`), { force: true });
    rmSync(join(this.root, 'etc/ssh/ssh_host_ed25519_key'), { force: true });
    await run('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', '', '-f', join(this.root, 'etc/ssh/ssh_host_ed25519_key')]);
    this.write('/root/.ssh/authorized_keys', authorizedKey, 0o600);
    this.write('/home/ops/.ssh/authorized_keys', authorizedKey, 0o600);
    await run('chroot', [this.root, 'chown', '-R', 'ops:ops', '/home/ops/.ssh']);
  }
}

/**
 * Takes a link away now. A namespace that is deleted takes its end of the link with it, but only when the kernel comes to it,
 * and until then the name is taken.
 */
async function unlink(link: string): Promise<void> {
  await run('ip', ['link', 'del', link]).catch(() => '');
}

/** More than one job that uses up systemd's own limit of 90 s. */
const BOOT_MS = 150_000;

/** Waits for a line from a port, asking again until it answers or the time is up. */
async function greeted(address: string, limitMs: number): Promise<void> {
  const deadline = Date.now() + limitMs;
  while (Date.now() < deadline) {
    const answered = await new Promise<boolean>((resolve) => {
      const socket = connect({ host: address, port: 22, timeout: 1_000 });
      socket.once('data', () => resolve(true));
      for (const event of ['error', 'timeout', 'close']) socket.once(event, () => resolve(false));
      socket.once('data', () => socket.destroy());
    });
    if (answered) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`${address} did not greet within ${limitMs} ms`);
}
