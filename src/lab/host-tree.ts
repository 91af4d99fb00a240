import {
  chmodSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readlinkSync,
  realpathSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import type { LabHost } from './fleet.ts';
import { nodeFiles } from './node-files.ts';
import { PROGRAM_DIRECTORIES, SHARED_PROGRAMS } from './programs.ts';

/** Where this machine's own directories are mounted inside a host. */
const SYSTEM = '/.lab';
const SYSTEM_DIRECTORIES = ['usr', 'bin', 'sbin', 'lib', 'lib32', 'lib64', 'libx32'];
const DEVICES = ['null', 'zero', 'full', 'random', 'urandom'];
const STAND_INS = ['kubelet', 'systemctl', 'systemd-run', 'journalctl', 'sudo', 'curl', 'crictl', 'kubectl', 'containerd'];
const SOURCE = join(import.meta.dirname, 'host');

/** One mount of a host, made anew for each command, inside the command's own mount namespace. */
export interface Mount {
  readonly from: string;
  /** Absolute, outside of the host. */
  readonly onto: string;
  readonly recursive: boolean;
  /** Not to be written to, even by the real root. */
  readonly readOnly: boolean;
}

/** Lays out a new host below `tree`, and tells what has to be mounted in it. `fleet` holds the trees of all hosts. */
export function buildHostTree(host: LabHost, tree: string, fleet: string): readonly Mount[] {
  const mounts = [...linkSystem(tree), ...makeDevices(tree)];
  linkPrograms(tree);
  installStandIns(tree);
  for (const file of nodeFiles(host)) put(tree, file.path, file.text, file.mode ?? 0o644);
  makeDirectories(tree);
  enable(tree, '/etc/systemd/system/kubelet.service');
  enable(tree, '/usr/lib/systemd/system/containerd.service');
  enable(tree, '/usr/lib/systemd/system/ssh.service');
  mounts.push({ from: '/proc', onto: mountPoint(tree, '/proc'), recursive: true, readOnly: true });
  if (host.controlPlane) mounts.push({ from: fleet, onto: mountPoint(tree, `${SYSTEM}/fleet`), recursive: false, readOnly: true });
  return mounts;
}

function put(tree: string, path: string, text: string, mode: number): void {
  const place = join(tree, path);
  mkdirSync(dirname(place), { recursive: true, mode: 0o755 });
  writeFileSync(place, text);
  chmodSync(place, mode);
}

function mountPoint(tree: string, path: string): string {
  const place = join(tree, path);
  mkdirSync(place, { recursive: true, mode: 0o755 });
  return place;
}

function link(tree: string, path: string, target: string): void {
  const place = join(tree, path);
  mkdirSync(dirname(place), { recursive: true, mode: 0o755 });
  symlinkSync(target, place);
}

/** Libraries, data and loaders of this machine, seen through links, so that a host can still have files of its own beside them. */
function linkSystem(tree: string): Mount[] {
  const mounts: Mount[] = [];
  for (const name of SYSTEM_DIRECTORIES) {
    const real = `/${name}`;
    if (!existsSync(real)) continue;
    if (lstatSync(real).isSymbolicLink()) {
      link(tree, `${SYSTEM}/${name}`, readlinkSync(real).replace(/^\//, `${SYSTEM}/`));
    } else {
      mounts.push({ from: real, onto: mountPoint(tree, `${SYSTEM}/${name}`), recursive: true, readOnly: true });
    }
    if (name.startsWith('lib')) link(tree, `/${name}`, name === 'lib' && isMerged('lib') ? 'usr/lib' : `${SYSTEM}/${name}`);
  }
  for (const name of readdirSync('/usr')) {
    if (['bin', 'sbin', 'local', 'lib', 'share'].includes(name)) continue;
    link(tree, `/usr/${name}`, `${SYSTEM}/usr/${name}`);
  }
  linkEntries(tree, '/usr/lib', ['systemd']);
  linkEntries(tree, '/usr/share', ['kubelet-stub']);
  mkdirSync(join(tree, '/usr/bin'), { recursive: true, mode: 0o755 });
  link(tree, '/usr/sbin', 'bin');
  link(tree, '/bin', 'usr/bin');
  link(tree, '/sbin', 'usr/bin');
  return mounts;
}

function isMerged(name: string): boolean {
  return lstatSync(`/${name}`).isSymbolicLink();
}

function linkEntries(tree: string, directory: string, except: readonly string[]): void {
  for (const name of readdirSync(directory)) {
    if (!except.includes(name)) link(tree, `${directory}/${name}`, `${SYSTEM}${directory}/${name}`);
  }
}

function linkPrograms(tree: string): void {
  for (const program of SHARED_PROGRAMS) {
    const found = PROGRAM_DIRECTORIES.map((directory) => join(directory, program)).find((path) => existsSync(path));
    if (found === undefined) continue;
    // Resolved here: the host has no /etc/alternatives of this machine.
    const target = realpathSync(found);
    if (SYSTEM_DIRECTORIES.some((name) => target.startsWith(`/${name}/`))) link(tree, `/usr/bin/${program}`, `${SYSTEM}${target}`);
  }
}

function installStandIns(tree: string): void {
  for (const name of STAND_INS) {
    cpSync(join(SOURCE, name), join(tree, '/usr/bin', name));
    chmodSync(join(tree, '/usr/bin', name), 0o755);
  }
  cpSync(join(SOURCE, 'lib'), join(tree, '/opt/lab'), { recursive: true });
  mkdirSync(join(tree, '/usr/share/kubelet-stub'), { recursive: true, mode: 0o755 });
  cpSync(join(SOURCE, 'kubelet-flags'), join(tree, '/usr/share/kubelet-stub/kubelet-flags'));
}

function makeDirectories(tree: string): void {
  for (const path of [
    '/run/systemd/system',
    '/run/lab/units',
    '/var/log',
    '/var/lib',
    '/usr/local/bin',
    '/opt',
    '/mnt',
    '/etc/kubelet-stub',
  ]) {
    mkdirSync(join(tree, path), { recursive: true, mode: 0o755 });
  }
  mkdirSync(join(tree, '/root'), { mode: 0o700 });
  for (const path of ['/tmp', '/var/tmp']) {
    mkdirSync(join(tree, path), { recursive: true, mode: 0o755 });
    chmodSync(join(tree, path), 0o1777);
  }
  link(tree, '/var/run', '/run');
}

function makeDevices(tree: string): Mount[] {
  mkdirSync(join(tree, '/dev'), { recursive: true, mode: 0o755 });
  for (const [name, target] of [
    ['fd', ''],
    ['stdin', '/0'],
    ['stdout', '/1'],
    ['stderr', '/2'],
  ] as const) {
    link(tree, `/dev/${name}`, `/proc/self/fd${target}`);
  }
  return DEVICES.filter((name) => existsSync(`/dev/${name}`)).map((name) => {
    writeFileSync(join(tree, '/dev', name), '');
    return { from: `/dev/${name}`, onto: join(tree, '/dev', name), recursive: false, readOnly: false };
  });
}

function enable(tree: string, fragment: string): void {
  link(tree, `/etc/systemd/system/multi-user.target.wants/${fragment.slice(fragment.lastIndexOf('/') + 1)}`, fragment);
}
