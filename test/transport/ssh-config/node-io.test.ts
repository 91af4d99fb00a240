import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { nodeSshConfigIo } from '../../../src/transport/ssh-config/node-io.ts';

const directory = mkdtempSync(join(tmpdir(), 'runbook-node-io-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));
const at = (name: string) => join(directory, name);
const io = nodeSshConfigIo({ PATH: process.env['PATH'], WHO: 'me' });

it('is the user of the process', () => {
  const { username, uid, homedir } = userInfo();
  expect(io.user).toEqual({ name: username, uid, home: homedir });
});

it('reads files with owner, group and mode, byte order marks and all', async () => {
  writeFileSync(at('file'), Buffer.from('\uFEFFcaf\u00e9'), { mode: 0o640 });
  writeFileSync(at('latin'), Buffer.from([0x61, 0xe9]));
  const { uid, gid } = userInfo();
  const file = await io.read(at('file'));
  expect(file).toMatchObject({ text: '\uFEFFcaf\u00e9', uid, gid });
  expect(file && 'mode' in file && file.mode & 0o777).toBe(0o640);
  expect(await io.read(at('latin'))).toMatchObject({ text: 'a\uFFFD' });
});

it('tells what is not there from what cannot be read, and takes a directory for an empty file', async () => {
  mkdirSync(at('folder'));
  expect(await io.read(at('nothing'))).toBeUndefined();
  expect(await io.read(at('file/below'))).toBeUndefined();
  symlinkSync('circle', at('circle'));
  expect(await io.read(at('circle'))).toEqual({ problem: 'ELOOP' });
  expect(await io.read(at('folder'))).toMatchObject({ text: '' });
});

it('lists directories, and finds links that lead nowhere', async () => {
  symlinkSync('nowhere', at('link'));
  expect((await io.list(directory)).toSorted()).toEqual(['circle', 'file', 'folder', 'latin', 'link']);
  expect(await io.list(at('nothing'))).toEqual([]);
  expect([await io.exists(at('link')), await io.exists(at('nothing'))]).toEqual([true, false]);
});

it('runs commands in the environment, and tells how they ended', async () => {
  expect(await io.execute('/bin/sh', 'test "$WHO" = me')).toBe(0);
  expect(await io.execute('/bin/sh', 'read x; echo out; exit 3')).toBe(3);
  expect(await io.execute('/bin/sh', 'kill -9 $$')).toBeUndefined();
  expect(await io.execute(at('nothing'), 'true')).toBeUndefined();
  expect(await io.execute(at('file'), 'true')).toBeUndefined();
});
