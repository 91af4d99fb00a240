import { execFileSync } from 'node:child_process';
import { chmodSync, chownSync, existsSync, lstatSync, readFileSync, statSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { isRoot, localFleet, shells, temporaryDirectory } from './local-fleet.ts';
import { apply, described, inverted, kinds, names, planned } from './transactions.ts';

const CONTENTS: readonly (readonly [string, Uint8Array])[] = [
  ['nothing', Buffer.from('')],
  ['no newline at the end', Buffer.from('a=1')],
  ['CRLF and a BOM', Buffer.from('\ufeffa=1\r\nb=2\r\n\r\n')],
  ['quotes and dollars', Buffer.from(`it's "$HOME" \\n %s $(id) \`id\`\n`)],
  ['every byte, NUL first', Buffer.from(Array.from({ length: 256 }, (_, i) => i))],
  ['8 MiB', Buffer.alloc(8 * 1024 * 1024, 'run\0book\r\n')],
];

describe.each(shells)('with $name as /bin/sh', (shell) => {
  test.each(CONTENTS)('a file gets exactly the bytes of %s, and its old ones back', async (_name, bytes) => {
    const dir = temporaryDirectory();
    const path = `${dir}/f`;
    writeFileSync(path, 'old');
    const { fleet } = localFleet({ shell });
    const change = await planned(fleet, path, bytes);
    expect(await kinds(fleet, [change])).toEqual(['done']);
    expect(Buffer.compare(readFileSync(path), bytes)).toBe(0);
    expect(await kinds(fleet, [inverted(change)], true)).toEqual(['done']);
    expect(readFileSync(path, 'utf8')).toBe('old');
    expect(names(dir)).toEqual(['f']);
  });

  test('one exchange carries a transaction, and another one confirms it', async () => {
    const path = `${temporaryDirectory()}/f`;
    writeFileSync(path, 'old');
    const { fleet, transport } = localFleet({ shell });
    const change = await planned(fleet, path, 'new');
    const before = transport.requests.length;
    await apply(fleet, [change]);
    expect(transport.requests.length - before).toBe(2);
  });

  test('a new file is made with the planned mode, and taken back', async () => {
    const dir = temporaryDirectory();
    const { fleet } = localFleet({ shell });
    const change = await planned(fleet, `${dir}/new`, 'x', { mode: 0o640 });
    expect(await kinds(fleet, [change])).toEqual(['done']);
    expect([readFileSync(`${dir}/new`, 'utf8'), statSync(`${dir}/new`).mode & 0o7777]).toEqual(['x', 0o640]);
    expect(await kinds(fleet, [inverted(change)], true)).toEqual(['done']);
    expect(names(dir)).toEqual([]);
  });

  test('a drop-in makes its directory, and takes it away again', async () => {
    const dir = temporaryDirectory();
    const { fleet } = localFleet({ shell });
    const change = await planned(fleet, `${dir}/kubelet.service.d/50-x.conf`, '[Service]\n');
    expect(await kinds(fleet, [change])).toEqual(['done']);
    expect(statSync(`${dir}/kubelet.service.d`).mode & 0o7777).toBe(0o755);
    expect(await kinds(fleet, [inverted(change)], true)).toEqual(['done']);
    expect(names(dir)).toEqual([]);
  });

  test('a removed file comes back as it was', async () => {
    const dir = temporaryDirectory();
    writeFileSync(`${dir}/f`, 'bytes', { mode: 0o604 });
    utimesSync(`${dir}/f`, 1, 1_600_000_000);
    const before = described(`${dir}/f`);
    const { fleet } = localFleet({ shell });
    const change = await planned(fleet, `${dir}/f`, undefined);
    expect(await kinds(fleet, [change])).toEqual(['done']);
    expect(names(dir)).toEqual([]);
    expect(await kinds(fleet, [inverted(change)], true)).toEqual(['done']);
    expect(described(`${dir}/f`)).toBe(before);
  });

  test('a link stays a link, and what it leads to changes', async () => {
    const dir = temporaryDirectory();
    writeFileSync(`${dir}/real`, 'old');
    symlinkSync('real', `${dir}/link`);
    symlinkSync('link', `${dir}/chain`);
    const { fleet } = localFleet({ shell });
    expect(await kinds(fleet, [await planned(fleet, `${dir}/chain`, 'new')])).toEqual(['done']);
    expect(lstatSync(`${dir}/chain`).isSymbolicLink() && readFileSync(`${dir}/real`, 'utf8')).toBe('new');
    const [removed] = await apply(fleet, [await planned(fleet, `${dir}/chain`, undefined)]);
    expect(removed).toMatchObject({ kind: 'failed', message: expect.stringContaining('is a link') });
  });

  test('an undo of what was never done is done', async () => {
    const dir = temporaryDirectory();
    writeFileSync(`${dir}/f`, 'old');
    const { fleet } = localFleet({ shell });
    const edited = await planned(fleet, `${dir}/f`, 'new');
    const made = await planned(fleet, `${dir}/g`, 'new');
    const removed = await planned(fleet, `${dir}/f`, undefined);
    const before = described(`${dir}/f`);
    expect(await kinds(fleet, [edited, made, removed].map(inverted), true)).toEqual(['done', 'done', 'done']);
    expect(described(`${dir}/f`)).toBe(before);
    expect(names(dir)).toEqual(['f']);
  });

  test.skipIf(!isRoot)('mode and owner change as planned and come back, with the time (needs root)', async () => {
    const path = `${temporaryDirectory()}/f`;
    writeFileSync(path, 'old');
    chmodSync(path, 0o640);
    chownSync(path, 12, 34);
    // Half a second is beyond the touch of busybox.
    const fraction = shell.name === 'busybox' ? 0 : 0.123456;
    utimesSync(path, 1, 1_600_000_000 + fraction);
    const before = described(path);
    const { fleet } = localFleet({ shell });
    const change = await planned(fleet, path, 'new', { mode: 0o4 + 0o600, uid: 56, gid: 78 });
    expect(await kinds(fleet, [change])).toEqual(['done']);
    expect([statSync(path).mode & 0o7777, statSync(path).uid, statSync(path).gid]).toEqual([0o604, 56, 78]);
    expect(statSync(path).mtimeMs).toBeGreaterThan(1_700_000_000_000);
    expect(await kinds(fleet, [inverted(change)], true)).toEqual(['done']);
    expect(described(path)).toBe(before);
  });
});

const hasAttributes = isRoot && existsSync('/usr/bin/setfattr') && existsSync('/usr/bin/setfacl');

describe.skipIf(!hasAttributes)('ACL and extended attributes (needs root, setfattr and setfacl)', () => {
  function labelled(): string {
    const path = `${temporaryDirectory()}/f`;
    writeFileSync(path, 'old', { mode: 0o640 });
    utimesSync(path, 1, 1_600_000_000.5);
    execFileSync('setfacl', ['-m', 'u:12:rw,g:34:r', path]);
    execFileSync('setfattr', ['-n', 'user.note', '-v', 'keep me', path]);
    execFileSync('setfattr', ['-n', 'trusted.note', '-v', '0x00ff', path]);
    return path;
  }

  test('survive an edit and an undo', async () => {
    const path = labelled();
    const before = described(path);
    const { fleet } = localFleet();
    const change = await planned(fleet, path, 'new');
    expect(await kinds(fleet, [change])).toEqual(['done']);
    expect(attributesOf(path)).toContain('trusted.note=0x00ff');
    expect(attributesOf(path)).toContain('system.posix_acl_access');
    expect(await kinds(fleet, [inverted(change)], true)).toEqual(['done']);
    expect(described(path)).toBe(before);
  });

  test('come back with a removed file', async () => {
    const path = labelled();
    const before = described(path);
    const { fleet } = localFleet();
    const change = await planned(fleet, path, undefined);
    expect(await kinds(fleet, [change])).toEqual(['done']);
    expect(await kinds(fleet, [inverted(change)], true)).toEqual(['done']);
    expect(described(path)).toBe(before);
  });

  test('that changed since the plan make it stale', async () => {
    const path = labelled();
    const { fleet } = localFleet();
    const change = await planned(fleet, path, 'new');
    execFileSync('setfacl', ['-m', 'u:99:r', path]);
    expect(await apply(fleet, [change])).toEqual([
      { kind: 'stale', message: `${path} has other extended attributes or another ACL than when it was planned` },
    ]);
  });

  test('given by a directory to a new file do not keep it from being taken back', async () => {
    const dir = temporaryDirectory();
    execFileSync('setfacl', ['-d', '-m', 'u:12:rwx', dir]);
    const { fleet } = localFleet();
    const change = await planned(fleet, `${dir}/new`, 'x');
    expect(await kinds(fleet, [change])).toEqual(['done']);
    expect(await kinds(fleet, [inverted(change)], true)).toEqual(['done']);
    expect(names(dir)).toEqual([]);
  });
});

function attributesOf(path: string): string {
  return execFileSync('getfattr', ['-d', '-m', '-', '-e', 'hex', '--absolute-names', path], { encoding: 'utf8' });
}
