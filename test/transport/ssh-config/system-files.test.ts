import { spawnSync } from 'node:child_process';
import { chmodSync, chownSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { SshConfigIo } from '../../../src/transport/ssh-config/io.ts';
import { nodeSshConfigIo } from '../../../src/transport/ssh-config/node-io.ts';
import { dumpOf, missingOpenSsh } from './openssh.ts';
import { ourAnswer } from './our-dump.ts';

function missingHere(): string | undefined {
  const missing = missingOpenSsh();
  if (missing !== undefined) return missing;
  return spawnSync('unshare', ['-m', 'true']).status === 0 ? undefined : 'no mount namespace can be made';
}

const missing = missingHere();

/** How a file is kept: owner, group, mode. */
type Kept = readonly [uid: number, gid: number, mode: number];
const MINE: Kept = [0, 0, 0o600];

describe.skipIf(missing !== undefined)(`files in their own places${missing === undefined ? '' : ` (skipped: ${missing})`}`, () => {
  const root = join(tmpdir(), `runbook-ssh-system-${process.pid}`);
  afterAll(() => rmSync(root, { recursive: true, force: true }));
  const here = nodeSshConfigIo({ PATH: process.env['PATH'], HOME: process.env['HOME'] });
  const home = here.user.home;

  /** The places that ssh finds elsewhere, in its own view of the file system. */
  const moved = (path: string) =>
    [home, '/etc/ssh'].some((place) => path === place || path.startsWith(`${place}/`)) ? join(root, path) : path;
  const io: SshConfigIo = {
    ...here,
    read: (path) => here.read(moved(path)),
    list: (path) => here.list(moved(path)),
    exists: (path) => here.exists(moved(path)),
  };

  const write = (files: Readonly<Record<string, string>>, kept: Readonly<Record<string, Kept>> = {}) => {
    rmSync(root, { recursive: true, force: true });
    for (const place of [home, '/etc/ssh']) mkdirSync(join(root, place), { recursive: true });
    for (const [name, text] of Object.entries(files)) {
      const path = join(root, name);
      const [uid, gid, mode] = kept[name] ?? MINE;
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, text);
      chownSync(path, uid, gid);
      chmodSync(path, mode);
    }
  };

  const theirs = () => {
    const script = 'mount --bind "$1$2" "$2" && mount --bind "$1/etc/ssh" /etc/ssh && exec ssh -G web1';
    const { status, stdout } = spawnSync('unshare', ['-m', 'sh', '-c', script, 'sh', root, home], { encoding: 'utf8' });
    return status === 0 ? dumpOf(stdout) : undefined;
  };

  const agree = async () => {
    const answer = await ourAnswer(io, { host: 'web1', settings: [] }, { exec: 'refuse' });
    const dump = theirs();
    const ours = answer.ok ? Object.fromEntries(answer.value.dump) : 'a fault';
    expect(ours).toEqual(dump === undefined ? 'a fault' : Object.fromEntries(Object.keys(ours).map((key) => [key, dump.get(key) ?? []])));
    return answer;
  };

  it("are read first the user's, then the system's", async () => {
    write({
      [`${home}/.ssh/config`]: 'User own\nIdentityFile /a\nInclude more\n',
      [`${home}/.ssh/more`]: 'ConnectTimeout 5\n',
      '/etc/ssh/ssh_config': 'Include ssh_config.d/*.conf\nHost *\nUser system\nPort 2\nIdentityFile /a\nIdentityFile /b\n',
      '/etc/ssh/ssh_config.d/x.conf': 'Match final\nCompression yes\n',
    });
    const answer = await agree();
    expect(answer.ok && answer.value.settings).toMatchObject({
      user: 'own',
      port: 2,
      connectTimeout: 5,
      compression: true,
      identityFile: ['/a', '/a', '/b'],
    });
  });

  it('may include nothing of ~ in that of the system', async () => {
    write({ '/etc/ssh/ssh_config': 'Include ~/x\n' });
    expect((await agree()).ok).toBe(false);
  });

  it.each([0, 1].flatMap((uid) => [0, 4, 54_321].flatMap((gid) => [0o644, 0o660, 0o602].map((mode): Kept => [uid, gid, mode]))))(
    'are read, or not, for owner %i, group %i and mode %o',
    async (...kept) => {
      const config = `${home}/.ssh/config`;
      write({ [config]: 'User own\n' }, { [config]: kept });
      await agree();
      write(
        { '/etc/ssh/ssh_config': 'Include x\nPort 2\n', '/etc/ssh/x': 'User own\n' },
        { '/etc/ssh/ssh_config': kept, '/etc/ssh/x': kept },
      );
      await agree();
    },
  );
});
