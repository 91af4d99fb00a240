import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { frameFunctions, parseFrames } from '../../src/remote/frames.ts';
import { mountFunctions } from '../../src/remote/mount-functions.ts';
import { pathFunctions } from '../../src/remote/path-functions.ts';
import { quote } from '../../src/remote/quote.ts';
import { type ShellUnderTest, shells, temporaryDirectory } from './local-fleet.ts';

function printed(shell: ShellUnderTest, functions: string, body: string): string {
  return execFileSync(shell.shell, ['-c', `${functions}${body}`], { encoding: 'utf8', env: { PATH: shell.path, LC_ALL: 'C' } });
}

/** A directory with links of each kind, and the paths to look at. */
function linked(): readonly string[] {
  const top = temporaryDirectory();
  mkdirSync(`${top}/a b/c*d/e`, { recursive: true });
  writeFileSync(`${top}/a b/c*d/e/file`, '');
  symlinkSync('a b', `${top}/to-a`);
  symlinkSync(`${top}/to-a/c*d`, `${top}/to-d`);
  symlinkSync('e/file', `${top}/a b/c*d/to-file`);
  symlinkSync('nowhere', `${top}/dangling`);
  symlinkSync('loop', `${top}/loop`);
  const below = [
    'a b/c*d/e/file',
    'a b/c*d/e',
    'a b/c*d/e/none',
    'to-a/c*d/e/file',
    'to-d/e/file',
    'to-d/to-file',
    'a b/c*d/to-file',
    'dangling',
    'loop',
  ];
  return ['/', '/etc', top, ...below.map((path) => `${top}/${path}`)];
}

describe.each(shells)('with $name as /bin/sh', (shell) => {
  test('a path leads to where readlink says that it leads', () => {
    for (const path of linked()) {
      const real = printed(shell, '', `readlink -f -- ${quote(path)} || :`);
      expect([path, printed(shell, pathFunctions, `follow ${quote(path)}; printf '%s\\n' "$leads_to"`).trim()]).toEqual([
        path,
        real.trim(),
      ]);
    }
  });

  test.each([
    ['', ''],
    ['--------------e------- /etc/a i\n--------------e------- /etc', ''],
    ['----i---------e------- /etc/a i\n--------------e------- /etc', ' file'],
    ['--------------e------- /etc/a i\n-----a--------e------- /etc', ' directory'],
    ['----i---------e------- /etc/a i\n-----a--------e------- /etc', ' file directory'],
    ['-----a--------e------- /etc', ' directory'],
  ])('of the flags %j those that lock are found', (flags, locked) => {
    expect(printed(shell, pathFunctions, `find_locks ${quote(flags)} /etc; printf '%s' "$locked"`)).toBe(locked);
  });

  test.each([
    ['/var/lib/kubelet/x', '/var/lib/kubelet', 1],
    ['/var/lib/kubelet', '/var/lib/kubelet', 0],
    ['/var/lib/kubelet-2', '/var', 1],
    ['/var/a b', '/var/a\\040b', 0],
    ['/etc/[x]', '/', 1],
    ['/', '/', 0],
    ['/srv', '/', 1],
  ])('%s lies on the mount of %s', (path, mount, status) => {
    const mounts = [
      '22 1 8:1 / / rw - ext4 /dev/sda1 rw',
      '23 22 8:2 /srv /var rw - ext4 /dev/sda2 rw',
      '24 23 0:9 /* /var/lib/kubelet rw - tmpfs * rw',
      '25 23 0:9 / /var/a\\040b rw - tmpfs tmpfs rw',
    ].join('\n');
    const body = `mounts=${quote(mounts)}; is_mount_point ${quote(path)}; status=$?; mount_of ${quote(path)}; printf '%s %s' "$status" "$mount_point"; case $- in *f*) exit 9 ;; esac`;
    expect(printed(shell, mountFunctions, body)).toBe(`${status} ${mount}`);
  });

  test.each(['plain', '', '-n', 'a\\nb\\c', 'two\nlines\n', '$(id) `id` %s', 'ä\u0001'])('a frame says %j as it is', (text) => {
    const out = printed(shell, frameFunctions, `nonce=N; say it ${quote(text)} 3; echo; echo "N done"`);
    const frame = parseFrames(Buffer.from(out), Buffer.from('\nN done\n'), 'N').frames.get('it');
    expect([Buffer.from(frame?.stdout ?? []).toString(), frame?.code]).toEqual([`${text}\n`, 3]);
  });

  test('a frame with backslashes may be longer than what a program takes as one argument', () => {
    const text = 'a\\\\x2d'.repeat(32_768);
    const out = printed(
      shell,
      frameFunctions,
      `nonce=N; long='a\\\\x2d'; while [ \${#long} -lt 196608 ]; do long=$long$long; done; say it "$long" 0; echo; echo "N done"`,
    );
    const frame = parseFrames(Buffer.from(out), Buffer.from('\nN done\n'), 'N').frames.get('it');
    expect(Buffer.from(frame?.stdout ?? []).toString() === `${text}\n`).toBe(true);
  });

  test('a shell knows by itself who it is', () => {
    expect(printed(shell, frameFunctions, 'id() { echo asked; }; who_am_i; echo "$me"').trim()).toBe(String(process.getuid?.()));
  });
});
