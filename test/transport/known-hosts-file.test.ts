import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { indexKnownHosts, judgeHostKey, parseKnownHosts } from '../../src/transport/known-hosts.ts';
import { addKnownHosts } from '../../src/transport/known-hosts-file.ts';

describe('known_hosts', () => {
  let directory: string;
  let blobs: readonly Uint8Array[];

  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), 'runbook-known-'));
    blobs = ['a', 'b', 'c', 'd', 'e'].map((name) => {
      execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(directory, name)]);
      return Uint8Array.from(Buffer.from(readFileSync(join(directory, `${name}.pub`), 'utf8').split(' ')[1] ?? '', 'base64'));
    });
  });
  afterAll(() => rmSync(directory, { recursive: true, force: true }));

  const key = (n: number, name = `host${n}`) => ({ name, blob: blobs[n] ?? new Uint8Array() });
  const judged = (path: string, n: number, name = `host${n}`) =>
    judgeHostKey(indexKnownHosts(parseKnownHosts(readFileSync(path, 'latin1'), path)), name, key(n).blob).kind;

  test('gets new lines at its end, and keeps all bytes, mode and link', async () => {
    const real = join(directory, 'real');
    writeFileSync(real, '# mine\nhost9 ssh-ed25519 AAAA without an end of line', { mode: 0o640 });
    chmodSync(real, 0o640);
    const link = join(directory, 'link');
    symlinkSync(real, link);
    expect(await addKnownHosts(link, [key(0), key(1, '[10.0.0.1]:2222')], { hashed: false })).toEqual({ ok: true, value: undefined });
    const text = readFileSync(real, 'utf8');
    expect(text.startsWith('# mine\nhost9 ssh-ed25519 AAAA without an end of line\nhost0 ssh-ed25519 AAAA')).toBe(true);
    expect(text.endsWith('\n')).toBe(true);
    expect([judged(real, 0), judged(real, 1, '[10.0.0.1]:2222')]).toEqual(['accepted', 'accepted']);
    expect(statSync(real).mode & 0o777).toBe(0o640);
    expect(readdirSync(directory).filter((name) => name.includes('runbook-'))).toEqual([]);
  });

  test('is made, for its owner alone, with its directory', async () => {
    const path = join(directory, 'new', '.ssh', 'known_hosts');
    await addKnownHosts(path, [key(2)], { hashed: false });
    expect([statSync(path).mode & 0o777, statSync(join(path, '..')).mode & 0o777]).toEqual([0o600, 0o700]);
    expect(judged(path, 2)).toBe('accepted');
  });

  test('has names that nobody can read where they are to be hashed, and ssh-keygen finds them', async () => {
    const path = join(directory, 'hashed');
    await addKnownHosts(path, [key(3)], { hashed: true });
    expect(readFileSync(path, 'utf8')).toMatch(/^\|1\|/);
    expect(judged(path, 3)).toBe('accepted');
    expect(execFileSync('ssh-keygen', ['-F', 'host3', '-f', path], { encoding: 'utf8' })).toContain('found: line 1');
  });

  test('loses no line when many add at the same time', async () => {
    const path = join(directory, 'many');
    await Promise.all([0, 1, 2, 3, 4].map((n) => addKnownHosts(path, [key(n)], { hashed: false })));
    expect([0, 1, 2, 3, 4].map((n) => judged(path, n))).toEqual(Array.from({ length: 5 }, () => 'accepted'));
  });

  test('that cannot be written is a failure that names it', async () => {
    const path = join(directory, 'a.pub', 'known_hosts');
    expect(await addKnownHosts(path, [key(0)], { hashed: false })).toMatchObject({ ok: false, failure: { code: 'refused', at: path } });
  });
});
