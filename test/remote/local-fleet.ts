import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { afterAll, expect, onTestFinished } from 'vitest';
import type { Fleet } from '../../src/domain/access.ts';
import { ok } from '../../src/domain/failure.ts';
import type { Host } from '../../src/domain/host.ts';
import type { Become, Target } from '../../src/domain/transport.ts';
import { createFleet } from '../../src/remote/fleet.ts';
import { type HostShell, posixHost } from '../../src/remote/host-shell.ts';
import { type ShellLogin, type ShellTransport, shellTransport } from './shell-transport.ts';

export const thisHost: Host = { name: 'here', groups: [], vars: {} };

export const isRoot = process.getuid?.() === 0;

/** A shell that may stand at /bin/sh, with the tools that go with it. */
export interface ShellUnderTest extends HostShell {
  readonly name: string;
}

/** The shells of this machine; busybox brings its own tools. */
export const shells: readonly ShellUnderTest[] = [
  ...['dash', 'bash', 'mksh'].map((name) => ownRecord({ name, shell: `/usr/bin/${name}`, path: posixHost.path })),
  ...(existsSync('/usr/bin/busybox') ? [ownRecord({ name: 'busybox', ...busyboxHost() })] : []),
].filter(({ shell }) => existsSync(shell));

/** A directory of busybox applets and nothing else, as on a host that has only busybox. */
function busyboxHost(): Pick<HostShell, 'shell' | 'path'> {
  const bin = temporary();
  for (const applet of execFileSync('/usr/bin/busybox', ['--list'], { encoding: 'utf8' }).trim().split('\n')) {
    symlinkSync('/usr/bin/busybox', `${bin}/${applet}`);
  }
  return { shell: `${bin}/sh`, path: bin };
}

/** A record of transactions of each test's own, so that none finds another's lock, and units that no systemd reads. */
function ownRecord<T extends object>(host: T): T & Pick<HostShell, 'state' | 'units'> {
  return Object.defineProperties(host, {
    state: { enumerable: true, get: () => `${recordOfThisTest()}/record` },
    units: { enumerable: true, get: () => `${recordOfThisTest()}/units` },
  }) as T & Pick<HostShell, 'state' | 'units'>;
}

const records = new Map<string, string>();

function recordOfThisTest(): string {
  const test = expect.getState().currentTestName ?? '';
  const known = records.get(test);
  if (known !== undefined) return known;
  const directory = temporaryDirectory();
  onTestFinished(() => {
    endWaiting(directory);
    records.delete(test);
  });
  chmodSync(directory, 0o777);
  mkdirSync(`${directory}/units`);
  records.set(test, directory);
  return directory;
}

/** Ends the processes that wait to take back what a test left unconfirmed in `DIRECTORY/record`. */
export function endWaiting(directory: string): void {
  const records = existsSync(`${directory}/record/tx`) ? readdirSync(`${directory}/record/tx`) : [];
  for (const file of records.flatMap((tx) => ['first', 'sooner'].map((which) => `${directory}/record/tx/${tx}/waits.${which}`))) {
    const pid = existsSync(file) ? Number(readFileSync(file, 'utf8').split(' ')[0]) : 0;
    try {
      if (pid > 0) process.kill(-pid, 'SIGKILL');
    } catch {
      // It has ended.
    }
  }
}

function temporary(): string {
  const path = mkdtempSync('/var/tmp/runbook-remote-');
  afterAll(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

/** A directory that is gone when the test ends. */
export function temporaryDirectory(): string {
  const path = mkdtempSync('/var/tmp/runbook-remote-');
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

/** A host that has every tool the scripts may want, but those left out. Given ones are scripts in place of tools. */
export function hostWithout(missing: readonly string[], given: Readonly<Record<string, string>> = {}): HostShell {
  const path = `${temporaryDirectory()}/bin`;
  mkdirSync(path);
  for (const tool of TOOLS.filter((name) => !missing.includes(name) && !(name in given))) {
    const from = ['/usr/bin', '/usr/sbin'].map((bin) => `${bin}/${tool}`).find((candidate) => existsSync(candidate));
    if (from !== undefined) symlinkSync(from, `${path}/${tool}`);
  }
  for (const [name, script] of Object.entries(given)) writeFileSync(`${path}/${name}`, script, { mode: 0o755 });
  return { ...defaultHost, path };
}

const TOOLS =
  'base64 cat chcon chmod chown cp date env false getfattr grep head id ln ls lsattr mkdir mkfifo mv readlink rm rmdir sed setcap setfacl setfattr setsid sh sha256sum sleep sort stat sync tail timeout touch tr true uname'.split(
    ' ',
  );

/** This machine's own shell, with a record of each test's own. */
export const defaultHost: HostShell = ownRecord({ shell: posixHost.shell, path: posixHost.path });

export interface LocalFleetOptions {
  readonly login?: ShellLogin;
  readonly shell?: HostShell;
  readonly become?: Become;
  readonly user?: string;
}

/** A fleet of one host: this machine. */
export function localFleet(options: LocalFleetOptions = {}): { fleet: Fleet; transport: ShellTransport } {
  const transport = shellTransport(options.login);
  const target: Target = {
    host: thisHost.name,
    address: '127.0.0.1',
    port: 22,
    user: options.user ?? 'operator',
    identityFiles: [],
    knownHostsFiles: [],
    connectTimeoutMs: 1_000,
    keepAliveMs: 1_000,
    become: options.become ?? { enabled: false, user: 'root' },
  };
  const fleet = createFleet({
    transport,
    targetOf: () => ok(target),
    nonce: () => randomBytes(16).toString('hex'),
    shell: options.shell ?? defaultHost,
  });
  return { fleet, transport };
}

/** An id of a transaction that nobody else has. */
export function newTxId(): string {
  return randomBytes(16).toString('hex');
}
