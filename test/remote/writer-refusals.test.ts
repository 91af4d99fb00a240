import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  chownSync,
  linkSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { describe, expect, onTestFinished, test } from 'vitest';
import { hostWithout, isRoot, localFleet, shells, temporaryDirectory } from './local-fleet.ts';
import { apply, described, inverted, kinds, names, planned } from './transactions.ts';

/** What happens between plan and apply. `says` is what the result must say. */
interface Case {
  readonly name: string;
  meanwhile(path: string): void;
  readonly kind: 'stale' | 'failed';
  readonly says: string;
}

const STALE: readonly Case[] = [
  { name: 'other bytes', meanwhile: (path) => appendFileSync(path, 'x'), kind: 'stale', says: 'other content' },
  { name: 'another mode', meanwhile: (path) => chmodSync(path, 0o600), kind: 'stale', says: 'mode, owner and group 600' },
  { name: 'no file', meanwhile: (path) => rmSync(path), kind: 'stale', says: 'no longer there' },
  {
    name: 'a link to other bytes',
    meanwhile: (path) => {
      renameSync(path, `${path}.away`);
      symlinkSync(`${path}.away`, path);
    },
    kind: 'stale',
    says: 'no longer leads to',
  },
  {
    name: 'a directory',
    meanwhile: (path) => {
      rmSync(path);
      mkdirSync(path);
    },
    kind: 'stale',
    says: 'no longer a regular file',
  },
];

const AS_ROOT: readonly Case[] = [
  { name: 'another owner', meanwhile: (path) => chownSync(path, 1, 1), kind: 'stale', says: '644 1 1' },
  { name: 'the immutable flag', meanwhile: (path) => flagged('+i', path), kind: 'failed', says: 'immutable' },
  { name: 'the append-only flag', meanwhile: (path) => flagged('+a', path), kind: 'failed', says: 'append-only' },
  { name: 'an immutable directory', meanwhile: (path) => flagged('+i', path.replace(/\/f$/, '')), kind: 'failed', says: 'immutable' },
  { name: 'a mount upon it', meanwhile: mountedUpon, kind: 'failed', says: 'mount point' },
];

const REFUSED: readonly Case[] = [
  { name: 'a second name', meanwhile: (path) => linkSync(path, `${path}.other`), kind: 'failed', says: '2 hard links' },
  {
    name: 'a directory that others can write to',
    meanwhile: (path) => chmodSync(path.replace(/\/f$/, ''), 0o777),
    kind: 'failed',
    says: 'others can write',
  },
  {
    name: 'a directory that its group can write to',
    meanwhile: (path) => chmodSync(path.replace(/\/f$/, ''), 0o770),
    kind: 'failed',
    says: 'others can write',
  },
];

function flagged(flag: '+i' | '+a', path: string): void {
  execFileSync('chattr', [flag, path]);
  onTestFinished(() => void execFileSync('chattr', [flag.replace('+', '-'), path]));
}

function mountedUpon(path: string): void {
  execFileSync('mount', ['--bind', path, path]);
  onTestFinished(() => void execFileSync('umount', [path]));
}

describe.each(shells)('with $name as /bin/sh', (shell) => {
  const applets = shell.name === 'busybox' ? AS_ROOT.filter(({ name }) => !name.includes('flag') && !name.includes('immutable')) : AS_ROOT;

  test.each([...STALE, ...REFUSED, ...(isRoot ? applets : [])])(
    'a file that got $name is refused, and no other is touched',
    async (when) => {
      const dir = temporaryDirectory();
      for (const name of ['first', 'f']) writeFileSync(`${dir}/${name}`, 'old', { mode: 0o644 });
      const { fleet } = localFleet({ shell });
      const changes = [await planned(fleet, `${dir}/first`, 'new'), await planned(fleet, `${dir}/f`, 'new')];
      when.meanwhile(`${dir}/f`);
      const before = described(`${dir}/first`);
      const results = await apply(fleet, changes);
      expect(results[1]).toMatchObject({ kind: when.kind, message: expect.stringContaining(when.says) });
      expect(results[1]).toMatchObject({ message: expect.stringContaining(`${dir}/f `) });
      expect(described(`${dir}/first`)).toBe(before);
      expect(names(dir).filter((name) => name.startsWith('.rb'))).toEqual([]);
    },
  );

  test('a file that was made meanwhile is not overwritten', async () => {
    const dir = temporaryDirectory();
    const { fleet } = localFleet({ shell });
    const change = await planned(fleet, `${dir}/f`, 'ours');
    writeFileSync(`${dir}/f`, 'theirs');
    expect(await kinds(fleet, [change])).toEqual(['stale']);
    expect(readFileSync(`${dir}/f`, 'utf8')).toBe('theirs');
  });

  test('an undo does not overwrite what somebody else wrote', async () => {
    const dir = temporaryDirectory();
    writeFileSync(`${dir}/f`, 'old');
    const { fleet } = localFleet({ shell });
    const change = await planned(fleet, `${dir}/f`, 'new');
    await apply(fleet, [change]);
    writeFileSync(`${dir}/f`, 'theirs');
    expect(await kinds(fleet, [inverted(change)], true)).toEqual(['stale']);
    expect(readFileSync(`${dir}/f`, 'utf8')).toBe('theirs');
  });

  test('the same transaction applied twice is stale', async () => {
    const dir = temporaryDirectory();
    writeFileSync(`${dir}/f`, 'old');
    const { fleet } = localFleet({ shell });
    const change = await planned(fleet, `${dir}/f`, 'new');
    expect([await kinds(fleet, [change]), await kinds(fleet, [change])]).toEqual([['done'], ['stale']]);
  });
});

test.skipIf(!isRoot)('a link on the way that belongs to somebody else is refused (needs root)', async () => {
  const dir = temporaryDirectory();
  mkdirSync(`${dir}/real`);
  for (const name of ['f', 'g']) writeFileSync(`${dir}/real/${name}`, 'old');
  symlinkSync('real', `${dir}/way`);
  symlinkSync('real/g', `${dir}/g`);
  const { fleet } = localFleet();
  const paths = [`${dir}/way/f`, `${dir}/way/new`, `${dir}/way/x.d/new`, `${dir}/g`];
  const changes = await Promise.all(paths.map((path) => planned(fleet, path, 'new')));
  for (const link of ['way', 'g']) execFileSync('chown', ['-h', '1:1', `${dir}/${link}`]);
  const message = expect.stringContaining('belongs to another user');
  expect(await apply(fleet, changes)).toMatchObject(paths.map(() => ({ kind: 'failed', message })));
  for (const link of ['way', 'g']) execFileSync('chown', ['-h', '0:0', `${dir}/${link}`]);
  expect(await kinds(fleet, changes)).toEqual(paths.map(() => 'done'));
});

test('a file below no directory is refused', async () => {
  const dir = temporaryDirectory();
  const { fleet } = localFleet();
  const [result] = await apply(fleet, [await planned(fleet, `${dir}/none/f`, 'x')]);
  expect(result).toEqual({ kind: 'failed', message: `${dir}/none/f has no directory: ${dir}/none does not exist` });
});

test.each(['/etc/shadow-x', '/boot/x', '/dev/x', '/proc/x', '/etc/pam.d/x', '.ssh/authorized_keys'])(
  '%s is never written',
  async (name) => {
    const dir = temporaryDirectory();
    mkdirSync(`${dir}/.ssh`);
    const path = name.startsWith('/') ? name : `${dir}/${name}`;
    const { fleet } = localFleet();
    const change = await planned(fleet, `${dir}/f`, 'x');
    const after = change.after.kind === 'file' ? { ...change.after, realPath: path } : change.after;
    expect(await apply(fleet, [{ ...change, path, after }])).toEqual([
      { kind: 'failed', message: `${path} is a path that is never written` },
    ]);
  },
);

test('set-id bits are not planned and not replaced', async () => {
  const dir = temporaryDirectory();
  writeFileSync(`${dir}/f`, 'old');
  const { fleet } = localFleet();
  expect(await kinds(fleet, [await planned(fleet, `${dir}/f`, 'new', { mode: 0o4755 })])).toEqual(['failed']);
  chmodSync(`${dir}/f`, 0o2755);
  expect(await kinds(fleet, [await planned(fleet, `${dir}/f`, 'new', { mode: 0o755 })])).toEqual(['failed']);
});

test.skipIf(!isRoot)('a file with capabilities is refused (needs root)', async () => {
  const path = `${temporaryDirectory()}/f`;
  writeFileSync(path, 'old', { mode: 0o755 });
  execFileSync('setcap', ['cap_net_bind_service=ep', path]);
  const { fleet } = localFleet();
  expect(await apply(fleet, [await planned(fleet, path, 'new')])).toMatchObject([
    { kind: 'failed', message: expect.stringContaining('capabilities') },
  ]);
});

const ATTRIBUTE_TOOLS = ['getfattr', 'setfattr'];

describe.skipIf(!isRoot)('without getfattr (needs root)', () => {
  test.each([
    ['a cp that keeps attributes changes a file', {}, 'done'],
    ['a cp that loses them does not', { cp: '#!/bin/sh\nexec /usr/bin/busybox cp "$@"\n' }, 'failed'],
  ])('%s', async (_name, given, kind) => {
    const path = `${temporaryDirectory()}/f`;
    writeFileSync(path, 'old');
    execFileSync('setfattr', ['-n', 'user.note', '-v', 'keep', path]);
    const { fleet } = localFleet({ shell: hostWithout(ATTRIBUTE_TOOLS, given) });
    const change = await planned(fleet, path, 'new');
    expect(change.before.kind === 'file' && change.before.attributes.xattrs).toBe('unknown');
    expect(await kinds(fleet, [change])).toEqual([kind]);
    expect(execFileSync('getfattr', ['-n', 'user.note', '--absolute-names', path], { encoding: 'utf8' })).toContain('keep');
  });

  test('a cp that loses them is seen where getfattr is', async () => {
    const path = `${temporaryDirectory()}/f`;
    writeFileSync(path, 'old');
    execFileSync('setfattr', ['-n', 'user.note', '-v', 'keep', path]);
    const cp = '#!/bin/sh\nexec /usr/bin/busybox cp "$@"\n';
    const { fleet } = localFleet({ shell: hostWithout(['setfattr'], { cp }) });
    expect(await kinds(fleet, [await planned(fleet, path, 'new')])).toEqual(['failed']);
    const { fleet: repaired } = localFleet({ shell: hostWithout([], { cp }) });
    expect(await kinds(repaired, [await planned(repaired, path, 'new')])).toEqual(['done']);
    expect(execFileSync('getfattr', ['-n', 'user.note', '--absolute-names', path], { encoding: 'utf8' })).toContain('keep');
  });
});

test('a host without base64 gets its bytes in another form', async () => {
  const path = `${temporaryDirectory()}/f`;
  writeFileSync(path, 'old');
  const { fleet } = localFleet({ shell: hostWithout(['base64']) });
  const bytes = Buffer.from(Array.from({ length: 40_000 }, (_, i) => i % 256));
  expect(await kinds(fleet, [await planned(fleet, path, bytes)])).toEqual(['done']);
  expect(Buffer.compare(readFileSync(path), bytes)).toBe(0);
});

test.each(['sha256sum', 'sync', 'stat', 'mv', 'sed', 'head'])(
  'a host without %s is refused before anything is written',
  async (missing) => {
    const path = `${temporaryDirectory()}/f`;
    writeFileSync(path, 'old');
    const change = await planned(localFleet().fleet, path, 'new');
    const { fleet } = localFleet({ shell: hostWithout([missing]) });
    expect(await apply(fleet, [change])).toEqual([{ kind: 'failed', message: `the host has no ${missing}; nothing was changed` }]);
    expect(readFileSync(path, 'utf8')).toBe('old');
  },
);

test.each(['timeout', 'lsattr', 'getfattr', 'setfattr', 'chcon', 'uname'])('a host without %s is no worse off', async (missing) => {
  const path = `${temporaryDirectory()}/f`;
  writeFileSync(path, 'old');
  const { fleet } = localFleet({ shell: hostWithout([missing]) });
  expect(await kinds(fleet, [await planned(fleet, path, 'new')])).toEqual(['done']);
});
