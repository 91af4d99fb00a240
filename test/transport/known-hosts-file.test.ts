import { execFile, execFileSync } from 'node:child_process';
import { chmodSync, lstatSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
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
    const added = [key(0), key(1, '[10.0.0.1]:2222')];
    expect(await addKnownHosts(link, added, { hashed: false })).toEqual({ ok: true, value: { added, refused: [] } });
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

  test('loses no line when several processes add at the same time', async () => {
    const path = join(directory, 'processes');
    const program = `
      import { addKnownHosts } from '${new URL('../../src/transport/known-hosts-file.ts', import.meta.url).href}';
      const [path, worker] = process.argv.slice(1);
      for (let n = 0; n < 8; n += 1) {
        const blob = Buffer.from(process.env.KEY, 'base64');
        const done = await addKnownHosts(path, [{ name: 'w' + worker + '-' + n, blob }], { hashed: n % 2 === 0 });
        if (!done.ok || done.value.added.length !== 1) throw new Error(JSON.stringify(done));
      }`;
    const env = { ...process.env, KEY: Buffer.from(key(0).blob).toString('base64') };
    const workers = [0, 1, 2].map((n) =>
      promisify(execFile)(process.execPath, ['--input-type=module', '-e', program, path, String(n)], { env }),
    );
    await Promise.all(workers);
    const names = [0, 1, 2].flatMap((worker) => Array.from({ length: 8 }, (_, n) => `w${worker}-${n}`));
    expect(names.filter((name) => judged(path, 0, name) !== 'accepted')).toEqual([]);
    expect(readFileSync(path, 'utf8').trim().split('\n')).toHaveLength(24);
  });

  test('gets no second key of a host that has become known, and nothing twice', async () => {
    const path = join(directory, 'meanwhile');
    await addKnownHosts(path, [key(0, 'web1')], { hashed: true });
    const before = readFileSync(path, 'utf8');
    const [same, other] = [key(0, 'web1'), key(1, 'web1')];
    // It is known by the first key; so the second one is left out, and no harm.
    expect(await addKnownHosts(path, [same, other], { hashed: false })).toEqual({ ok: true, value: { added: [], refused: [] } });
    expect(await addKnownHosts(path, [other], { hashed: false })).toEqual({ ok: true, value: { added: [], refused: [other] } });
    expect(readFileSync(path, 'utf8')).toBe(before);
    const twice = [key(2, 'web2'), key(2, 'web2'), other];
    expect(await addKnownHosts(path, twice, { hashed: false })).toMatchObject({
      ok: true,
      value: { added: [{ name: 'web2' }], refused: [other] },
    });
    expect(readFileSync(path, 'utf8').match(/^web2 /gm)).toHaveLength(1);
  });

  test('gets no key that it revokes, or that an authority is there for', async () => {
    const path = join(directory, 'revoking');
    const line = (n: number) => `ssh-ed25519 ${Buffer.from(key(n).blob).toString('base64')}`;
    writeFileSync(path, `@revoked * ${line(0)}\n@cert-authority ca* ${line(1)}\n`);
    const keys = [key(0, 'web1'), key(2, 'ca1')];
    expect(await addKnownHosts(path, keys, { hashed: false })).toEqual({ ok: true, value: { added: [], refused: keys } });
  });

  test('is left alone where it is a device, a directory, or a link that leads nowhere', async () => {
    const dangling = join(directory, 'dangling');
    symlinkSync(join(directory, 'nowhere'), dangling);
    for (const path of ['/dev/null', directory, dangling]) {
      expect(await addKnownHosts(path, [key(0)], { hashed: false })).toMatchObject({ ok: false, failure: { code: 'refused', at: path } });
    }
    expect(statSync('/dev/null').isCharacterDevice()).toBe(true);
    expect(lstatSync(dangling).isSymbolicLink()).toBe(true);
  });

  test.each(['*', 'web?', '!web', 'a,b', 'a b', '#web', '|1|x', '@revoked', ''])(
    'takes no name that says more than a name: "%s"',
    async (name) => {
      const path = join(directory, 'odd');
      expect(await addKnownHosts(path, [key(0, name)], { hashed: false })).toMatchObject({ ok: false, failure: { code: 'refused' } });
      expect(() => readFileSync(path)).toThrow('ENOENT');
    },
  );

  test('that cannot be written is a failure that names it', async () => {
    const path = join(directory, 'a.pub', 'known_hosts');
    expect(await addKnownHosts(path, [key(0)], { hashed: false })).toMatchObject({ ok: false, failure: { code: 'refused', at: path } });
  });
});
