import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, linkSync, mkdirSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { isRoot, localFleet, shells, temporaryDirectory, thisHost } from './local-fleet.ts';

/** Files whose bytes a careless reader would change. */
const CONTENTS: readonly (readonly [string, Uint8Array])[] = [
  ['nothing', Buffer.from('')],
  ['no newline at the end', Buffer.from('a=1')],
  ['newlines at the end', Buffer.from('a=1\n\n\n')],
  ['CRLF and a BOM', Buffer.from('\ufeffa=1\r\nb=2\r\n')],
  ['Latin-1', Buffer.from([0x63, 0x61, 0x66, 0xe9, 0x0a])],
  ['NUL bytes', Buffer.from('a\0b\0\0\n\0')],
  ['every byte', Buffer.from(Array.from({ length: 256 }, (_, i) => i))],
  ['8 MiB', Buffer.alloc(8 * 1024 * 1024, 'runbook\0\n')],
];

describe.each(shells)('with $name as /bin/sh', (shell) => {
  test.each(CONTENTS)('a file of %s comes as it is', async (_name, bytes) => {
    const path = `${temporaryDirectory()}/f`;
    writeFileSync(path, bytes);
    const reader = await localFleet({ shell }).fleet.read(thisHost);
    const file = await reader.file(path);
    expect(file.kind === 'file' && file.content.sha256).toBe(createHash('sha256').update(bytes).digest('hex'));
    expect(file.kind === 'file' && Buffer.compare(file.content.bytes, bytes)).toBe(0);
  });

  test('attributes and the real path are read through links', async () => {
    const dir = temporaryDirectory();
    writeFileSync(`${dir}/real`, 'x', { mode: 0o640 });
    utimesSync(`${dir}/real`, 1, 1_700_000_000.25);
    linkSync(`${dir}/real`, `${dir}/other-name`);
    symlinkSync('real', `${dir}/link`);
    symlinkSync('link', `${dir}/chain`);
    const reader = await localFleet({ shell }).fleet.read(thisHost);
    const file = await reader.file(`${dir}/chain`);
    const attributes = file.kind === 'file' ? file.attributes : undefined;
    expect(attributes).toEqual({
      mode: 0o640,
      uid: process.getuid?.(),
      gid: process.getgid?.(),
      xattrs: '',
      mtimeNs: '1700000000250000000',
      nlink: 2,
    });
    expect(file.kind === 'file' && file.realPath).toBe(`${dir}/real`);
  });

  test('what is no regular file is said to be none', async () => {
    const dir = temporaryDirectory();
    execFileSync('mkfifo', [`${dir}/fifo`]);
    symlinkSync('nowhere', `${dir}/dangling`);
    symlinkSync('loop', `${dir}/loop`);
    const reader = await localFleet({ shell }).fleet.read(thisHost);
    const paths = [`${dir}/fifo`, `${dir}/dangling`, `${dir}/loop`, dir, '/dev/null'];
    const outcomes = await Promise.allSettled(paths.map((path) => reader.file(path)));
    expect(outcomes.map(codeOf)).toEqual(paths.map(() => 'not-regular-file'));
  });

  test('absence is told from an absent directory, and more than 8 MiB is too large', async () => {
    const dir = temporaryDirectory();
    writeFileSync(`${dir}/large`, Buffer.alloc(8 * 1024 * 1024 + 1));
    const reader = await localFleet({ shell }).fleet.read(thisHost);
    const [absent, nowhere, large] = await Promise.allSettled([
      reader.file(`${dir}/absent`),
      reader.file(`${dir}/no.d/absent`),
      reader.file(`${dir}/large`),
    ]);
    expect(absent).toMatchObject({ value: { kind: 'absent' } });
    expect(absent).not.toMatchObject({ value: { missing: 'directory' } });
    expect(nowhere).toMatchObject({ value: { kind: 'absent', missing: 'directory' } });
    expect(codeOf(large)).toBe('too-large');
  });

  test('files of the kernel, which change from read to read, are read', async () => {
    const reader = await localFleet({ shell }).fleet.read(thisHost);
    const uptime = await reader.file('/proc/uptime');
    expect(uptime.kind === 'file' && Buffer.from(uptime.content.bytes).toString()).toMatch(/^[0-9.]+ [0-9.]+\n$/);
  });

  test('names with quotes, blanks and dollars are only names', async () => {
    const dir = temporaryDirectory();
    const names = [`it's`, 'a b', '$(touch gone)', '-rf', '`id`', 'ünï', '*', 'a"b\\c'];
    for (const name of names) writeFileSync(`${dir}/${name}`, name);
    mkdirSync(`${dir}/sub`);
    symlinkSync('sub', `${dir}/.link`);
    const reader = await localFleet({ shell }).fleet.read(thisHost);
    const files = await Promise.all(names.map((name) => reader.file(`${dir}/${name}`)));
    expect(files.map((file) => file.kind === 'file' && Buffer.from(file.content.bytes).toString())).toEqual(names);
    const listed = await reader.list(dir);
    const expected = [
      ...names.map((name) => ({ name, kind: 'file' })),
      { name: 'sub', kind: 'directory' },
      { name: '.link', kind: 'link' },
    ];
    expect(listed).toEqual(expected.sort((a, b) => (a.name < b.name ? -1 : 1)));
    expect(await reader.list(`${dir}/nowhere`)).toEqual([]);
  });
});

test.skipIf(!isRoot)('a file that the login may not read is denied (needs root to log in as somebody else)', async () => {
  const dir = temporaryDirectory();
  chmodSync(dir, 0o755);
  writeFileSync(`${dir}/secret`, 'x', { mode: 0o600 });
  mkdirSync(`${dir}/closed`, { mode: 0o700 });
  const reader = await localFleet({ login: { uid: 65534 } }).fleet.read(thisHost);
  const denied = [reader.file(`${dir}/secret`), reader.file(`${dir}/closed/f`), reader.list(`${dir}/closed`)];
  const outcomes = await Promise.allSettled([...denied, reader.list(`${dir}/closed/below/it`), reader.list(`${dir}/no/such`)]);
  expect(outcomes.map(codeOf)).toEqual([...Array.from({ length: 4 }, () => 'permission-denied'), []]);
});

test.each(['relative', '/a/../b', '/a//b', '/a/', '/a\nb', '/./a', ''])('the path %j is refused', async (path) => {
  const reader = await localFleet().fleet.read(thisHost);
  const [outcome] = await Promise.allSettled([reader.file(path)]);
  expect(outcome && codeOf(outcome)).toBe('bad-params');
});

function codeOf(outcome: PromiseSettledResult<unknown>): unknown {
  return outcome.status === 'rejected' ? outcome.reason.failure.code : outcome.value;
}
