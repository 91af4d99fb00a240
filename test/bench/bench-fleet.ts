import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { newKey } from '../../src/lab/new-key.ts';
import { baseTree } from '../lab/base-tree.ts';
import { run } from '../lab/commands.ts';
import { childrenOf } from './process-tree.ts';

/** A host of the fleet: a real sshd on an address of loopback. */
export interface BenchHost {
  readonly name: string;
  readonly address: string;
  readonly port: number;
}

const PORT = 22_022;
const BAD = 'KUBELET_KUBEADM_ARGS="--container-runtime=remote --network-plugin=cni --improve-speed"\n';
const GOOD = BAD.replace(' --improve-speed', '');
const UNIT = `[Unit]
Description=kubelet
[Service]
EnvironmentFile=-/var/lib/kubelet/kubeadm-flags.env
ExecStart=/usr/bin/kubelet --config=/var/lib/kubelet/config.yaml $KUBELET_KUBEADM_ARGS
Restart=always
`;
const SSHD = ['UsePAM no', 'UseDNS no', 'MaxStartups 1000', 'PermitRootLogin yes', 'PasswordAuthentication no', 'PidFile none', ''].join(
  '\n',
);

/**
 * Hosts on loopback, in namespaces of their own, each with the same fault: as much of a machine as every tool needs to work on it unmodified. Root
 * alone can make them. All of it lies in memory, so that disks do not count.
 */
export class BenchFleet {
  readonly hosts: readonly BenchHost[];
  /** The private key that all of them let in as root. */
  readonly key: string;
  readonly knownHosts: string;
  readonly directory: string;
  readonly #processes: readonly ChildProcess[];

  private constructor(directory: string, hosts: readonly BenchHost[], processes: readonly ChildProcess[]) {
    this.directory = directory;
    this.hosts = hosts;
    this.#processes = processes;
    this.key = join(directory, 'id');
    this.knownHosts = join(directory, 'known_hosts');
  }

  /** Boots so many hosts on a tree with these packages, and waits until each of them answers. */
  static async up(count: number, packages: readonly string[] = ['python3']): Promise<BenchFleet> {
    const base = await baseTree(packages);
    const directory = mkdtempSync(join(tmpdir(), 'runbook-bench-'));
    await run('mount', ['-t', 'tmpfs', '-o', 'mode=755', 'tmpfs', directory]);
    const user = newKey('');
    writeFileSync(join(directory, 'id'), user.privateText, { mode: 0o600 });
    const layer = commonLayer(directory, user.publicText);
    const hosts = Array.from({ length: count }, (_, n) => ({ name: `n${n + 1}`, address: `127.1.${n >> 7}.${(n & 127) + 1}`, port: PORT }));
    const keys = hosts.map((host) => `[${host.address}]:${host.port} ${layOut(directory, host)}\n`);
    writeFileSync(join(directory, 'known_hosts'), keys.join(''));
    const processes = hosts.map((host) => start(directory, host, `${layer}:${base}`));
    const fleet = new BenchFleet(directory, hosts, processes);
    await Promise.all(hosts.map(answers));
    return fleet;
  }

  /** Gives so many hosts the fault back, and forgets what tools left. */
  break(count: number): void {
    for (const { name } of this.hosts.slice(0, count)) {
      const kubelet = this.kubelet(name);
      // The directory itself is mounted in the host, and must stay.
      for (const left of readdirSync(kubelet)) rmSync(join(kubelet, left), { recursive: true });
      writeFileSync(join(kubelet, 'kubeadm-flags.env'), BAD);
    }
  }

  /** How many of the first hosts do not have the fault any more. */
  fixed(count: number): number {
    return this.hosts.slice(0, count).filter(({ name }) => this.#flags(name) === GOOD).length;
  }

  /** The directory that a host has as /var/lib/kubelet. */
  kubelet(name: string): string {
    return join(this.directory, name, 'kubelet');
  }

  /** Stops all processes of a host where they are, or lets them go on. */
  signal(name: string, signal: 'SIGSTOP' | 'SIGCONT'): void {
    const pid = this.#processes[this.hosts.findIndex((host) => host.name === name)]?.pid;
    // From the first one down, so that none begins another one meanwhile.
    for (let level = pid === undefined ? [] : childrenOf(pid); level.length > 0; level = level.flatMap(childrenOf))
      for (const one of level) process.kill(one, signal);
  }

  /** Processor time of a host's sshd and of all that it has waited for, in ms (proc_pid_stat(5): clock ticks of 10 ms). */
  cpuMs(name: string): number {
    const pid = this.#processes[this.hosts.findIndex((host) => host.name === name)]?.pid ?? 0;
    const stats = childrenOf(pid).map((child) =>
      readFileSync(`/proc/${child}/stat`, 'utf8')
        .replace(/^.*\) /, '')
        .split(' '),
    );
    // utime, stime, cutime and cstime are fields 14 to 17; the first after the name is the third.
    return stats.flatMap((fields) => fields.slice(11, 15)).reduce((sum, ticks) => sum + Number(ticks) * 10, 0);
  }

  /** Ends a host for good. */
  async end(name: string): Promise<void> {
    const child = this.#processes[this.hosts.findIndex((host) => host.name === name)];
    if (child) await ended(child);
  }

  #flags(name: string): string {
    return readFileSync(join(this.kubelet(name), 'kubeadm-flags.env'), 'utf8');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#processes.map(ended));
    await run('umount', ['-l', this.directory]);
    rmSync(this.directory, { recursive: true, force: true });
  }
}

/** What all hosts have besides the base tree. */
function commonLayer(directory: string, publicKey: string): string {
  const layer = join(directory, 'layer');
  const put = (path: string, text: string, mode = 0o644) => {
    mkdirSync(join(layer, path, '..'), { recursive: true });
    writeFileSync(join(layer, path), text, { mode });
  };
  for (const program of ['systemctl', 'systemd-run'])
    put(`usr/bin/${program}`, readFileSync(join(import.meta.dirname, `${program}.sh`), 'utf8'), 0o755);
  put('etc/ssh/bench_config', SSHD);
  put('root/.ssh/authorized_keys', `${publicKey}\n`, 0o600);
  put('usr/lib/systemd/system/kubelet.service', UNIT);
  put('var/lib/kubelet/.keep', '');
  return layer;
}

/** Makes the directories of one host; its public key. */
function layOut(directory: string, { name }: BenchHost): string {
  const own = join(directory, name);
  for (const part of ['upper/etc/ssh', 'work', 'root', 'kubelet']) mkdirSync(join(own, part), { recursive: true });
  const { privateText, publicText } = newKey('');
  writeFileSync(join(own, 'upper/etc/ssh/bench_key'), privateText, { mode: 0o600 });
  writeFileSync(join(own, 'upper/etc/machine-id'), `${Buffer.from(name).toString('hex').padStart(32, '0')}\n`);
  return publicText.split(' ').slice(0, 2).join(' ');
}

function start(directory: string, { name, address, port }: BenchHost, layers: string): ChildProcess {
  const script = join(import.meta.dirname, 'host.sh');
  const namespaces = ['--mount', '--pid', '--uts', '--ipc', '--fork', '--kill-child'];
  return spawn('unshare', [...namespaces, '/bin/sh', script, name, address, String(port), join(directory, name), layers], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
}

async function answers({ address, port }: BenchHost): Promise<void> {
  for (let attempt = 0; attempt < 600; attempt += 1) {
    const greeted = await new Promise<boolean>((resolve) => {
      const socket = connect({ host: address, port });
      socket.once('data', () => resolve(true));
      socket.once('error', () => setTimeout(resolve, 100, false));
      socket.once('data', () => socket.destroy());
    });
    if (greeted) return;
  }
  throw new Error(`${address} does not answer`);
}

function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    child.once('exit', () => resolve());
    child.kill('SIGKILL');
  });
}
