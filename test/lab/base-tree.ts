import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from './commands.ts';
import { takeAny } from './lock.ts';

const PACKAGES = ['systemd', 'systemd-sysv', 'dbus', 'openssh-server', 'sudo', 'acl', 'attr', 'procps', 'iproute2', 'curl'];

/** What hosts of some tests have besides: one list, so that there is one further tree. */
export const MORE_PACKAGES: readonly string[] = ['at', 'busybox-static', 'fish', 'mksh', 'opendoas', 'tcsh', 'zsh'];

/** What would only make noise or wait on a host without a console, logins or a network of its own. */
const MASKED = [
  'apt-daily.timer',
  'apt-daily-upgrade.timer',
  'apt-daily.service',
  'apt-daily-upgrade.service',
  'console-getty.service',
  'systemd-logind.service',
  'getty.target',
  'e2scrub_all.timer',
  'e2scrub_reap.service',
  'dpkg-db-backup.timer',
  'fstrim.timer',
  'systemd-timesyncd.service',
];

/** Changes whenever the tree must be built anew. */
const VERSION = '1';

/**
 * A Debian 12 tree that systemd-nspawn boots: built once by mmdebstrap (about 20 s, 240 MB) and kept below
 * `$RUNBOOK_TEST_CACHE` or /var/cache/runbook-test. Hosts are overlays on it. `extra` packages make a tree of their own.
 */
export async function baseTree(extra: readonly string[] = []): Promise<string> {
  const cache = process.env['RUNBOOK_TEST_CACHE'] ?? '/var/cache/runbook-test';
  const tree = join(cache, ['base', ...extra].join('-'));
  const stamp = join(tree, 'etc/runbook-test-version');
  const isBuilt = () => existsSync(stamp) && readFileSync(stamp, 'utf8') === VERSION;
  if (isBuilt()) return tree;
  mkdirSync(cache, { recursive: true, mode: 0o755 });
  const lock = await takeAny([`${tree}.lock`]);
  try {
    if (!isBuilt()) await build(tree, extra);
  } finally {
    lock.release();
  }
  return tree;
}

async function build(tree: string, extra: readonly string[]): Promise<void> {
  const building = `${tree}.${process.pid}`;
  rmSync(building, { recursive: true, force: true });
  rmSync(tree, { recursive: true, force: true });
  await run('mmdebstrap', ['--quiet', '--variant=minbase', `--include=${[...PACKAGES, ...extra].join(',')}`, 'bookworm', building]);
  for (const unit of MASKED) symlinkSync('/dev/null', join(building, 'etc/systemd/system', unit));
  await run('chroot', [building, 'useradd', '--create-home', '--shell', '/bin/bash', 'ops']);
  writeFileSync(join(building, 'etc/sudoers.d/ops'), 'ops ALL=(ALL:ALL) NOPASSWD: ALL\n', { mode: 0o440 });
  // Password logins and reverse look-ups only slow a test down.
  writeFileSync(join(building, 'etc/ssh/sshd_config.d/test.conf'), 'PasswordAuthentication no\nUseDNS no\nMaxStartups 100\n');
  writeFileSync(join(building, 'etc/runbook-test-version'), VERSION);
  renameSync(building, tree);
}
