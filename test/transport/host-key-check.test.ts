import { mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { HostKeyCheck, KnownHostsReader } from '../../src/transport/host-key-check.ts';
import { indexKnownHosts, type KnownHosts, linesOf, parseKnownHosts } from '../../src/transport/known-hosts.ts';
import { fingerprint } from '../../src/transport/ssh-wire.ts';
import { blob, ED, key } from './key-lines.ts';

const RSA = 'ssh-rsa';
const ECDSA = 'ecdsa-sha2-nistp256';
const TARGET = { host: 'web1', address: 'Web1.Example', port: 2222, knownHostsFiles: ['/k'] };
const NAME = '[web1.example]:2222';

function check(...lines: readonly string[]): HostKeyCheck {
  return new HostKeyCheck(TARGET, indexKnownHosts(parseKnownHosts(lines.join('\n'), '/k')));
}

describe('the check of a host key', () => {
  it('takes the key that is known, and tells its fingerprint from then on', () => {
    const known = check(`${NAME} ${key(ED, 1)}`);
    expect([known.fingerprint, known.accepts(blob(ED, 1))]).toEqual([undefined, true]);
    expect([known.fingerprint, known.failure, known.otherTypes]).toEqual([fingerprint(blob(ED, 1)), undefined, []]);
  });

  it('keeps the key that it took, though the caller writes over its bytes', () => {
    const known = check(`${NAME} ${key(ED, 1)}`);
    const shown = blob(ED, 1);
    known.accepts(shown);
    shown.fill(0);
    expect([known.fingerprint, known.accepts(blob(ED, 1))]).toEqual([fingerprint(blob(ED, 1)), true]);
  });

  it('wants the same key again at every rekeying, and no other, be it known as well', () => {
    const known = check(`${NAME} ${key(ED, 1)}`, `${NAME} ${key(ED, 2)}`);
    expect([known.accepts(blob(ED, 1)), known.accepts(blob(ED, 1)), known.failure]).toEqual([true, true, undefined]);
    for (const other of [blob(ED, 2), blob(ED, 1).subarray(1)]) {
      expect(known.accepts(other)).toBe(false);
      expect(known.failure).toEqual({ code: 'host-key', message: 'the host showed another key while rekeying', at: NAME });
    }
    expect([known.otherTypes, known.fingerprint]).toEqual([[], fingerprint(blob(ED, 1))]);
  });

  it('refuses a key that is not known, says why, and names each other type that is, once', () => {
    const known = check(`${NAME} ${key(RSA, 1)}`, `${NAME} ${key(RSA, 2)}`, `* ${key(ED, 9)}`, `@cert-authority * ${key(ECDSA, 3)}`);
    expect(known.accepts(blob(ED, 1))).toBe(false);
    expect(known.failure).toMatchObject({ code: 'host-key', at: NAME, message: expect.stringContaining('of web1 has changed') });
    expect([known.otherTypes, known.fingerprint]).toEqual([[RSA], undefined]);
  });

  it('asks for no other type where the key is revoked', () => {
    const known = check(`${NAME} ${key(RSA, 1)}`, `@revoked * ${key(ED, 1)}`);
    expect([known.accepts(blob(ED, 1)), known.otherTypes]).toEqual([false, []]);
    expect(known.failure?.message).toContain('is revoked');
  });

  it('may take another key after one that it refused', () => {
    const known = check(`${NAME} ${key(RSA, 1)}`);
    expect([known.accepts(blob(ED, 1)), known.accepts(blob(RSA, 1))]).toEqual([false, true]);
  });

  it('prefers the types that are known for the host, by its name with its port', () => {
    expect(check(`${NAME} ${key(RSA, 1)}`, `web1.example ${key(ED, 1)}`).preferredTypes()).toEqual([RSA]);
  });

  it.each([new Error('no memory'), 'no memory'])('refuses, and does not throw, where looking goes wrong (%s)', (thrown) => {
    const broken: KnownHosts = {
      ...indexKnownHosts([]),
      get byKey(): never {
        throw thrown;
      },
    };
    const known = new HostKeyCheck(TARGET, broken);
    expect(known.accepts(blob(ED, 1))).toBe(false);
    expect(known.failure).toEqual({ code: 'host-key', message: 'the host key could not be checked: no memory', at: NAME });
  });
});

describe('a reader of known_hosts', () => {
  function directory(): string {
    const path = mkdtempSync(join(tmpdir(), 'runbook-known-hosts-'));
    onTestFinished(() => rmSync(path, { recursive: true, force: true }));
    return path;
  }

  async function read(reader: KnownHostsReader, ...files: readonly string[]): Promise<KnownHosts> {
    const found = await reader.read(files);
    return found.ok ? found.value : expect.unreachable(found.failure.message);
  }

  const places = (known: KnownHosts, name: string) => linesOf(known, name).map(({ file, line }) => `${file}:${line}`);

  it('reads all files together, and a missing one as empty', async () => {
    const base = directory();
    const [one, two] = [join(base, 'one'), join(base, 'two')];
    writeFileSync(one, `a ${key(ED, 1)}\n`);
    writeFileSync(two, `# mine\na ${key(ED, 2)}\n`);
    const known = await read(new KnownHostsReader(), one, join(base, 'none'), two);
    expect(places(known, 'a')).toEqual([`${one}:1`, `${two}:2`]);
    expect(places(await read(new KnownHostsReader(), join(base, 'none')), 'a')).toEqual([]);
  });

  it('reads a file once for all who ask at the same time', async () => {
    const file = join(directory(), 'one');
    writeFileSync(file, `a ${key(ED, 1)}\n`);
    const reader = new KnownHostsReader();
    const [first, ...others] = await Promise.all(Array.from({ length: 5 }, () => read(reader, file)));
    expect(others.every((other) => other === first)).toBe(true);
  });

  it('indexes files once where one of them is missing, as known_hosts2 usually is', async () => {
    const base = directory();
    const files = [join(base, 'one'), join(base, 'missing')];
    writeFileSync(join(base, 'one'), `a ${key(ED, 1)}\n`);
    const reader = new KnownHostsReader();
    expect(await read(reader, ...files)).toBe(await read(reader, ...files));
  });

  it('indexes files once until one of them changes, or comes to be', async () => {
    const base = directory();
    const [one, two] = [join(base, 'one'), join(base, 'two')];
    writeFileSync(one, `a ${key(ED, 1)}\n`);
    const reader = new KnownHostsReader();
    const first = await read(reader, one);
    expect(await read(reader, one)).toBe(first);
    writeFileSync(two, `a ${key(ED, 2)}\n`);
    const both = await read(reader, one, two);
    expect(places(both, 'a')).toHaveLength(2);
    expect(await read(reader, one, two)).toBe(both);
    expect(await read(reader, one)).toBe(first);
    writeFileSync(two, `b ${key(ED, 2)}\n`);
    utimesSync(two, 1, 1);
    expect(places(await read(reader, one, two), 'a')).toEqual([`${one}:1`]);
    rmSync(one);
    expect(places(await read(reader, one, two), 'a')).toEqual([]);
  });

  it('reads a file anew that was made longer within the same instant', async () => {
    const path = join(directory(), 'known_hosts');
    const reader = new KnownHostsReader();
    for (const count of [1, 2]) {
      writeFileSync(path, `a ${key(ED, 1)}\n`.repeat(count));
      utimesSync(path, 1, 1);
      expect(places(await read(reader, path), 'a')).toHaveLength(count);
    }
  });

  it.each([
    ['a directory', (base: string) => base, 'EISDIR'],
    ['below a file', (base: string) => join(base, 'file', 'known_hosts'), 'ENOTDIR'],
  ])('fails on a file that is there and cannot be read (%s), for it may hold a revocation', async (_, of, code) => {
    const base = directory();
    writeFileSync(join(base, 'file'), `a ${key(ED, 1)}\n`);
    const path = of(base);
    expect(await new KnownHostsReader().read([join(base, 'file'), path])).toEqual({
      ok: false,
      failure: {
        code: 'host-key',
        message: expect.stringMatching(`^known_hosts cannot be read: ${code}`),
        at: path,
        hint: 'make it readable; host keys are never accepted unseen',
      },
    });
  });
});
