import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { describe, expect, onTestFinished, test } from 'vitest';
import { hostWithout, isRoot, localFleet, newTxId, shells, temporaryDirectory, thisHost } from './local-fleet.ts';
import { apply, described, inverted, kinds, names, planned, transactionOf } from './transactions.ts';

describe.each(shells)('with $name as /bin/sh', (shell) => {
  test('a script that is cut off anywhere runs not at all, or whole', async () => {
    const dir = temporaryDirectory();
    for (const name of ['f', 'g']) writeFileSync(`${dir}/${name}`, 'old');
    const { fleet, transport } = localFleet({ shell });
    const changes = [await planned(fleet, `${dir}/f`, 'new'), await planned(fleet, `${dir}/g`, 'new')];
    const before = ['f', 'g'].map((name) => described(`${dir}/${name}`));
    // Done once and taken back, to learn how long the script is.
    await apply(fleet, changes);
    const script = transport.requests.at(-1)?.gates.at(-1)?.send;
    const length = script instanceof Uint8Array ? script.length : 0;
    await apply(fleet, changes.map(inverted), true);
    expect(['f', 'g'].map((name) => described(`${dir}/${name}`))).toEqual(shell.name === 'busybox' ? expect.anything() : before);

    const tail = Array.from({ length: 25 }, (_, i) => length - 1 - i);
    const spread = Array.from({ length: 30 }, (_, i) => Math.floor((i * length) / 30));
    for (const cutAfter of [...spread, ...tail]) {
      const cut = localFleet({ shell, login: { cutAfter } }).fleet;
      const writer = await cut.write(thisHost);
      await expect(writer.begin(transactionOf(changes))).rejects.toMatchObject({ failure: { code: 'lost' } });
      const contents = names(dir).map((name) => `${name}=${readFileSync(`${dir}/${name}`, 'utf8')}`);
      const whole = contents.join() === 'f=new,g=new';
      expect([cutAfter, ...contents]).toEqual(whole ? [cutAfter, 'f=new', 'g=new'] : [cutAfter, 'f=old', 'g=old']);
      // Only the last newline may be missing from a script that runs.
      if (whole) expect(cutAfter).toBeGreaterThanOrEqual(length - 1);
      if (whole) await apply(fleet, changes.map(inverted), true);
    }
  });

  test('a transaction whose listener goes away is carried to its end, and its outcome is not known', async () => {
    const dir = temporaryDirectory();
    for (const name of ['f', 'g']) writeFileSync(`${dir}/${name}`, 'old');
    const changes = await Promise.all(['f', 'g'].map((name) => planned(localFleet().fleet, `${dir}/${name}`, 'new')));
    const { fleet } = localFleet({ shell, login: { deafAfter: 'begin check.0' } });
    await expect(apply(fleet, changes)).rejects.toMatchObject({ failure: { code: 'lost' } });
    expect(['f', 'g'].map((name) => readFileSync(`${dir}/${name}`, 'utf8'))).toEqual(['new', 'new']);
  });
});

test('a transaction of which nothing at all was heard is in doubt, and not one that was never begun', async () => {
  const dir = temporaryDirectory();
  writeFileSync(`${dir}/f`, 'old');
  const changes = [await planned(localFleet().fleet, `${dir}/f`, 'new')];
  const { fleet } = localFleet({ login: { deafAfter: 'begin check.0', blind: true } });
  await expect(apply(fleet, changes)).rejects.toMatchObject({ failure: { code: 'lost' } });
  expect(readFileSync(`${dir}/f`, 'utf8')).toBe('new');
});

/** A `sync` that lets somebody else write to the file between preparing and replacing it. */
function racingSync(path: string, bytes: string): string {
  return `#!/bin/sh\ncase $* in *.rb.*) printf '%s' '${bytes}' >'${path}' ;; esac\nexec /usr/bin/sync "$@"\n`;
}

test.each([
  ['an edit', 'old', 'new'],
  ['a new file', undefined, 'new'],
])('%s is given up when somebody else writes at the last moment', async (_name, old, bytes) => {
  const dir = temporaryDirectory();
  if (old !== undefined) writeFileSync(`${dir}/f`, old);
  const { fleet } = localFleet({ shell: hostWithout([], { sync: racingSync(`${dir}/f`, 'theirs') }) });
  expect(await apply(fleet, [await planned(fleet, `${dir}/f`, bytes)])).toMatchObject([
    { kind: 'stale', message: expect.stringContaining('at the last moment') },
  ]);
  expect(names(dir).map((name) => readFileSync(`${dir}/${name}`, 'utf8'))).toEqual(['theirs']);
});

test.each([
  ['an edit', 'new'],
  ['a removal', undefined],
])('%s is given up when somebody else puts an equal file there after the last look at its bytes', async (_name, bytes) => {
  const dir = temporaryDirectory();
  for (const name of ['f', 'other']) writeFileSync(`${dir}/${name}`, 'old');
  const shell = hostWithout([]);
  const applying = `ls ${shell.state}/tx/*/st.APPLYING >/dev/null 2>&1`;
  const sha256sum = `#!/bin/sh\n/usr/bin/sha256sum "$@"\n! ${applying} || [ ! -e ${dir}/other ] || exec mv -f ${dir}/other ${dir}/f\n`;
  const { fleet } = localFleet({ shell: hostWithout([], { sha256sum }) });
  const inode = statSync(`${dir}/other`).ino;
  expect(await apply(fleet, [await planned(fleet, `${dir}/f`, bytes)])).toMatchObject([
    { kind: 'stale', message: expect.stringContaining('at the last moment') },
  ]);
  expect(names(dir)).toEqual(['f']);
  expect(statSync(`${dir}/f`).ino).toBe(inode);
});

test('the first file is taken back, and the rest is not reached, when the second moved at the last moment', async () => {
  const dir = temporaryDirectory();
  for (const name of ['a', 'b', 'c']) writeFileSync(`${dir}/${name}`, 'old');
  const { fleet } = localFleet({ shell: hostWithout([], { sync: racingSync(`${dir}/b`, 'theirs') }) });
  const changes = await Promise.all(['a', 'b', 'c'].map((name) => planned(fleet, `${dir}/${name}`, 'new')));
  expect(await kinds(fleet, changes)).toEqual(['done', 'stale', 'not-reached']);
  expect(names(dir).map((name) => readFileSync(`${dir}/${name}`, 'utf8'))).toEqual(['old', 'theirs', 'old']);
});

test.each([
  ['an edit', 'old', 'new'],
  ['a new file', undefined, 'new'],
  ['a removal', 'old', undefined],
])('%s that the disk does not make last has failed, and left all as it was', async (_name, old, bytes) => {
  const dir = temporaryDirectory();
  const path = `${dir}/f`;
  if (old !== undefined) writeFileSync(path, old);
  const before = names(dir);
  // What was prepared and what was committed is synced together with its directory.
  const sync = `#!/bin/sh\ncase "$*" in *${dir}) echo 'sync: Input/output error' >&2; exit 1 ;; esac\n`;
  const { fleet } = localFleet({ shell: hostWithout([], { sync }) });
  expect(await kinds(fleet, [await planned(fleet, path, bytes)])).toEqual(['failed']);
  expect(names(dir)).toEqual(before);
  expect(existsSync(path) ? readFileSync(path, 'utf8') : undefined).toBe(old);
});

test('a file in the place of the helper is not touched', async () => {
  const dir = temporaryDirectory();
  writeFileSync(`${dir}/f`, 'old');
  const { fleet } = localFleet();
  const id = newTxId();
  mkdirSync(`${dir}/.rb.${id}.0.apply`);
  const writer = await fleet.write(thisHost);
  const { results } = await writer.begin(transactionOf([await planned(fleet, `${dir}/f`, 'new')], false, id));
  expect(results).toMatchObject([{ kind: 'failed', message: expect.stringContaining('is in the way') }]);
  expect(names(dir)).toHaveLength(2);
});

describe.skipIf(!isRoot)('disks that refuse (needs root)', () => {
  function mounted(options: string): string {
    const dir = temporaryDirectory();
    execFileSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', dir]);
    onTestFinished(() => void execFileSync('umount', [dir]));
    return dir;
  }

  test('a full one is seen before anything is written', async () => {
    const dir = mounted('size=512k,mode=755');
    writeFileSync(`${dir}/f`, 'old');
    const { fleet } = localFleet();
    expect(await apply(fleet, [await planned(fleet, `${dir}/f`, 'new')])).toMatchObject([
      { kind: 'failed', message: expect.stringMatching(/needs 1025 KiB of free space, and its file system has \d+/) },
    ]);
    expect(names(dir)).toEqual(['f']);
  });

  test.each(shells)('one that fills up while files are prepared leaves all as they were ($name)', async (shell) => {
    const dir = mounted('size=4m,mode=755');
    const files = ['a', 'b', 'c', 'd'];
    for (const name of files) writeFileSync(`${dir}/${name}`, 'old');
    const { fleet } = localFleet({ shell });
    // Each fits by the check, all together do not.
    const large = Buffer.alloc(1_200_000, 'x');
    const changes = await Promise.all(files.map((name) => planned(fleet, `${dir}/${name}`, large)));
    expect(await kinds(fleet, changes)).toEqual(['not-reached', 'not-reached', 'not-reached', 'failed']);
    expect(names(dir).map((name) => readFileSync(`${dir}/${name}`, 'utf8'))).toEqual(files.map(() => 'old'));
    expect(names(dir)).toEqual(files);
  });

  test('one without free inodes is seen', async () => {
    const dir = mounted('size=8m,nr_inodes=12,mode=755');
    writeFileSync(`${dir}/f`, 'old');
    const { fleet } = localFleet();
    expect(await apply(fleet, [await planned(fleet, `${dir}/f`, 'new')])).toMatchObject([
      { kind: 'failed', message: expect.stringContaining('inodes') },
    ]);
  });

  test.each(shells)('a read-only one is refused with its reason, for apply and undo ($name)', async (shell) => {
    const dir = mounted('size=8m,mode=755');
    writeFileSync(`${dir}/f`, 'old');
    const { fleet } = localFleet({ shell });
    const change = await planned(fleet, `${dir}/f`, 'new');
    execFileSync('mount', ['-o', 'remount,ro', dir]);
    expect(await apply(fleet, [change])).toMatchObject([{ kind: 'failed', message: expect.stringMatching(/read-only file system/i) }]);
    execFileSync('mount', ['-o', 'remount,rw', dir]);
    expect(await kinds(fleet, [change])).toEqual(['done']);
    execFileSync('mount', ['-o', 'remount,ro', dir]);
    expect(await apply(fleet, [inverted(change)], true)).toMatchObject([{ kind: 'failed', message: expect.stringMatching(/read-only/i) }]);
    execFileSync('mount', ['-o', 'remount,rw', dir]);
    expect(await kinds(fleet, [inverted(change)], true)).toEqual(['done']);
    expect(readFileSync(`${dir}/f`, 'utf8')).toBe('old');
  });
});

test.skipIf(!isRoot)('a login that is not root changes its own files, and no others (needs root to log in as somebody else)', async () => {
  const dir = temporaryDirectory();
  execFileSync('chmod', ['755', dir]);
  mkdirSync(`${dir}/own`);
  writeFileSync(`${dir}/own/f`, 'old', { mode: 0o444 });
  execFileSync('chown', ['-R', '65534:65534', `${dir}/own`]);
  writeFileSync(`${dir}/roots`, 'old');
  const env = { PATH: process.env['PATH'] ?? '', HOME: `${dir}/own` };
  const { fleet } = localFleet({ login: { uid: 65534, env } });
  expect(await kinds(fleet, [await planned(fleet, `${dir}/own/f`, 'new')])).toEqual(['done']);
  expect([statSync(`${dir}/own/f`).mode & 0o777, readFileSync(`${dir}/own/f`, 'utf8')]).toEqual([0o444, 'new']);
  expect(await kinds(fleet, [await planned(fleet, `${dir}/roots`, 'new')])).toEqual(['failed']);
  expect(readdirSync(dir).sort()).toEqual(['own', 'roots']);
});
