import { execFileSync, spawnSync } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import {
  indexKnownHosts,
  judgeHostKey,
  knownHostsName,
  linesOf,
  namedKeyTypes,
  parseKnownHosts,
  senselessLines,
  speaksOf,
} from '../../src/transport/known-hosts.ts';
import { wireString } from '../../src/transport/ssh-wire.ts';
import { blob, ED, key } from './key-lines.ts';

const known = (text: string) => indexKnownHosts(parseKnownHosts(text, 'known_hosts'));

describe('known_hosts', () => {
  const VERDICTS: readonly [string, string, string][] = [
    ['a plain line', `web1 ${key(ED, 1)}`, 'accepted'],
    ['a name in another case', `WEB1 ${key(ED, 1)}`, 'accepted'],
    ['one of many keys', `web1 ${key(ED, 2)}\nweb1 ${key('ssh-rsa', 3)}\nweb1 ${key(ED, 1)}`, 'accepted'],
    ['another key of that type', `web1 ${key(ED, 2)}`, 'changed'],
    ['a key of another type', `web1 ${key('ssh-rsa', 2)}`, 'unknown'],
    ['another host', `web2 ${key(ED, 1)}`, 'unknown'],
    ['a name that only begins so', `web ${key(ED, 1)}\nweb10 ${key(ED, 1)}`, 'unknown'],
    ['nothing', '', 'unknown'],
    ['a revoked key', `web1 ${key(ED, 1)}\n@revoked * ${key(ED, 1)}`, 'revoked'],
    ['a revocation of another key', `@revoked web1 ${key(ED, 2)}`, 'unknown'],
    ['a revocation for another host', `web1 ${key(ED, 1)}\n@revoked web2 ${key(ED, 1)}`, 'accepted'],
    ['an unreadable revocation of this host', `web1 ${key(ED, 1)}\n@revoked web1 ${ED}`, 'revoked'],
    ['an unreadable revocation of another host', `web1 ${key(ED, 1)}\n@revoked web2 ${ED}`, 'accepted'],
    ['an authority with that very key', `@cert-authority web1 ${key(ED, 1)}`, 'ca-only'],
    ['an authority and another key', `@cert-authority * ${key(ED, 9)}\nweb1 ${key(ED, 2)}`, 'changed'],
    ['a pattern', `w?b* ${key(ED, 1)}`, 'accepted'],
    ['a pattern with an exception', `*,!web1 ${key(ED, 1)}`, 'unknown'],
    ['an exception before the pattern', `!web1,* ${key(ED, 1)}`, 'unknown'],
    ['a type that is not that of the blob', `web1 ssh-rsa ${blob(ED, 1).toString('base64')}`, 'unknown'],
    ['SSH 1', 'web1 1024 35 1234567890', 'unknown'],
    ['two markers', `@revoked @revoked web1 ${key(ED, 1)}`, 'unknown'],
    ['a hash of another version', `|2|AAAA|AAAA ${key(ED, 1)}`, 'unknown'],
    ['a hash that is cut', `|1|AAAA ${key(ED, 1)}`, 'unknown'],
  ];
  for (const [what, text, kind] of VERDICTS) {
    it(`says "${kind}" of a key for ${what}`, () => {
      expect(judgeHostKey(known(text), 'web1', blob(ED, 1)).kind).toBe(kind);
    });
  }

  it('names a host with its port unless that is 22', () => {
    expect(knownHostsName('Web1.Example', 22)).toBe('web1.example');
    expect(knownHostsName('::1', 2222)).toBe('[::1]:2222');
  });

  it('tells which lines speak of a host when it refuses a key', () => {
    const verdict = judgeHostKey(known(`# mine\nweb1 ${key(ED, 2)}\nweb1 ${key('ssh-rsa', 3)}`), 'web1', blob(ED, 1));
    expect(verdict).toMatchObject({
      kind: 'changed',
      known: [
        { line: 2, type: ED },
        { line: 3, type: 'ssh-rsa' },
      ],
    });
  });

  it('knows the key types of a host, but not those of revoked keys and authorities', () => {
    const text = `web1 ${key('ssh-rsa', 1)}\n@revoked web1 ${key(ED, 1)}\n@cert-authority * ${key(ED, 2)}\nweb* ${key('ecdsa-sha2-nistp256', 1)}`;
    expect(namedKeyTypes(known(text), 'web1')).toEqual(['ssh-rsa', 'ecdsa-sha2-nistp256']);
  });

  it('tells which lines revoke a key, which authorities there are, and nothing of other hosts', () => {
    const text = `web1 ${key(ED, 2)}\n@revoked web1 ${key(ED, 1)}\n@revoked *\n@revoked web1 ${key(ED, 2)}\n@cert-authority web2,w* ${key(ED, 9)}`;
    const lineNumbers = (name: string, n: number) => {
      const verdict = judgeHostKey(known(text), name, blob(ED, n));
      return [verdict.kind, 'known' in verdict ? verdict.known.map(({ line }) => line) : []];
    };
    expect(lineNumbers('web1', 1)).toEqual(['revoked', [2, 3]]);
    expect(judgeHostKey(known(`@cert-authority web2,w* ${key(ED, 9)}`), 'web2', blob(ED, 1))).toMatchObject({
      kind: 'ca-only',
      known: [{ line: 1, marker: 'cert-authority' }],
    });
    expect(judgeHostKey(known(`web2 ${key(ED, 1)}`), 'web1', blob(ED, 1))).toEqual({ kind: 'unknown', known: [] });
    expect(judgeHostKey(known(`web1 ${key('ssh-rsa', 1)}`), 'web1', Buffer.from('x'))).toMatchObject({
      kind: 'unknown',
      known: [{ line: 1 }],
    });
  });

  it('accepts no key that is not on a line, whatever the lines are', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (text, name) => {
        expect(judgeHostKey(known(text), name, blob(ED, 7)).kind).not.toBe('accepted');
      }),
    );
  });
});

describe('the lines of known_hosts', () => {
  const BASE64 = blob(ED, 1).toString('base64');
  const none = { marker: 'none', hosts: 'web1', type: ED, blob: blob(ED, 1) };
  const damaged = { marker: 'revoked', hosts: 'web1', type: ED, blob: new Uint8Array() };

  it.each<[string, string, object | undefined]>([
    ['a plain line', `web1 ${ED} ${BASE64}`, none],
    ['spaces and tabs around and between', ` \tweb1 \t${ED}\t ${BASE64}\t `, none],
    ['a carriage return', `web1 ${ED} ${BASE64}\r`, none],
    ['a comment after the key', `web1 ${ED} ${BASE64} root@web1 or so`, none],
    ['a name in capitals', `WEB1 ${ED} ${BASE64}`, { ...none, hosts: 'WEB1' }],
    ['a revocation', `@revoked\t web1 ${ED} ${BASE64}`, { ...none, marker: 'revoked' }],
    ['an authority', `@cert-authority web1 ${ED} ${BASE64}`, { ...none, marker: 'cert-authority' }],
    ['a marker that there is not', `@trusted web1 ${ED} ${BASE64}`, undefined],
    ['a marker in the middle', `web1 @revoked ${ED} ${BASE64}`, undefined],
    ['a comment', `#web1 ${ED} ${BASE64}`, undefined],
    ['nothing', ' \t', undefined],
    ['a name alone', 'web1', undefined],
    ['no key', `web1 ${ED}`, undefined],
    ['a key with something before it', `web1 ${ED} !${BASE64}`, undefined],
    ['a key with something after it', `web1 ${ED} ${BASE64}!`, undefined],
    ['a key with too much padding', `web1 ${ED} ${BASE64}===`, undefined],
    ['padding alone', `web1 ${ED} ==`, undefined],
    ['a revocation without a key', `@revoked web1 ${ED}`, damaged],
    ['a revocation of a damaged key', `@revoked web1 ${ED} AAAA!`, damaged],
    ['a revocation of a key of another type', `@revoked web1 ssh-rsa ${BASE64}`, { ...damaged, type: 'ssh-rsa' }],
    ['a revocation of a name alone', '@revoked web1', { ...damaged, type: '' }],
    ['an authority without a key', `@cert-authority web1 ${ED}`, undefined],
    ['a revocation of nothing', '@revoked', undefined],
  ])('are read, or left out: %s', (_, text, expected) => {
    const place = { file: 'known_hosts', line: 2 };
    expect(parseKnownHosts(`# mine\n${text}\n`, 'known_hosts')).toEqual(expected ? [{ ...expected, ...place }] : []);
  });

  it('that make no sense are told by their numbers, be it a revocation that cannot be read', () => {
    const text = `# mine\n\nweb1 ${ED} ${BASE64}\nweb1\n@revoked web1 ${ED}\n@revoked web1 ${ED} ${BASE64}\n@mine web1 ${ED} ${BASE64}\n`;
    expect(senselessLines(text)).toEqual([4, 5, 7]);
  });

  it('take padding as base64 has it', () => {
    for (const size of [30, 31, 32]) {
      const padded = Buffer.concat([wireString(Buffer.from(ED)), Buffer.alloc(size, 1)]);
      expect(parseKnownHosts(`web1 ${ED} ${padded.toString('base64')}`, 'f')).toMatchObject([{ blob: padded }]);
    }
  });

  it('are found by name without hashing, by pattern, or by hash', () => {
    const { byName, byKey, patterned, hashed } = known(
      `web1,WEB2,web1 ${key(ED, 1)}\nweb1 ${key(ED, 2)}\nw*b ${key(ED, 1)}\nweb? ${key(ED, 1)}\n!web3 ${key(ED, 1)}\n|1|AA==|AA== ${key(ED, 1)}`,
    );
    const numbers = (lines: readonly { readonly line: number }[] | undefined) => lines?.map(({ line }) => line);
    expect([...byName].map(([name, lines]) => [name, numbers(lines)])).toEqual([
      ['web1', [1, 2]],
      ['web2', [1]],
    ]);
    expect([numbers(patterned), numbers(hashed)]).toEqual([[3, 4, 5], [6]]);
    expect(numbers(byKey.get(BASE64))).toEqual([1, 3, 4, 5, 6]);
  });

  it.each<[string, string, boolean]>([
    ['web1', 'web1', true],
    ['web1', 'web11', false],
    ['web11', 'web1', false],
    ['WEB1', 'web1', true],
    ['web1*', 'web1', true],
    ['web1**', 'web1', true],
    ['*', '', true],
    ['?', '', false],
    ['a*b*c', 'aXbYbc', true],
    ['a*b*c', 'aXbYbcd', false],
    ['a?c', 'abc', true],
    ['a?c', 'ac', false],
    ['db,web1', 'web1', true],
    ['db,!web1', 'web1', false],
    ['!db', 'web1', false],
    ['*,!web1', 'web1', false],
  ])('%s speaks of %s: %s', (hosts, name, speaks) => {
    const [line] = parseKnownHosts(`${hosts} ${key(ED, 1)}`, 'f');
    expect(line && speaksOf(line, name)).toBe(speaks);
  });

  const salt = Buffer.from('salt of twenty bytes');
  const digest = createHmac('sha1', salt).update('web1').digest();
  const hash = (...parts: readonly (string | Buffer)[]) =>
    parts.map((part) => (typeof part === 'string' ? part : part.toString('base64'))).join('|');
  it.each<[string, string, boolean]>([
    ['of the name', hash('', '1', salt, digest), true],
    ['of another version', hash('', '2', salt, digest), false],
    ['of another salt', hash('', '1', Buffer.from('salt'), digest), false],
    ['that is cut', hash('', '1', salt, digest.subarray(1)), false],
    ['without a digest', hash('', '1', salt), false],
    ['with more after it', hash('', '1', salt, digest, 'more'), false],
    ['with more before it', hash('', 'x', '1', salt, digest), false],
  ])('with a hash %s speak of a host, or not: %s', (_, hosts, speaks) => {
    const [line] = parseKnownHosts(`${hosts} ${key(ED, 1)}`, 'f');
    expect(line && speaksOf(line, 'web1')).toBe(speaks);
    expect(line && speaksOf(line, 'web2')).toBe(false);
  });

  it('name each type of a host once', () => {
    const text = `web1 ${key('ssh-rsa', 1)}\nweb1 ${key(ED, 1)}\nweb1 ${key('ssh-rsa', 2)}\nw* ${key(ED, 2)}\ndb ${key('ssh-dss', 1)}`;
    expect([namedKeyTypes(known(text), 'web1'), namedKeyTypes(known(text), 'elsewhere')]).toEqual([['ssh-rsa', ED], []]);
  });
});

const reason = existsSync('/usr/bin/ssh-keygen') ? undefined : 'ssh-keygen is not installed';

describe.skipIf(reason !== undefined)(`known_hosts against ssh-keygen${reason === undefined ? '' : ` (skipped: ${reason})`}`, () => {
  const directory = mkdtempSync(join(tmpdir(), 'runbook-known-hosts-'));
  afterAll(() => rmSync(directory, { recursive: true, force: true }));
  const path = join(directory, 'known_hosts');

  /** Line numbers that `ssh-keygen -F` finds. */
  const found = (name: string): readonly number[] => {
    const { stdout } = spawnSync('ssh-keygen', ['-F', name, '-f', path], { encoding: 'utf8' });
    return [...stdout.matchAll(/found: line (\d+)/g)].map((match) => Number(match[1]));
  };

  const realKeys = [1, 2].map((n) => {
    const file = join(directory, `key${n}`);
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', file]);
    return readFileSync(`${file}.pub`, 'utf8').split(' ').slice(0, 2).join(' ');
  });

  const NAMES = ['web1', 'web2', 'db.example', '10.0.0.1', '[10.0.0.1]:2222', '[web1]:22', '::1', '[::1]:2222'];
  const pattern = fc.oneof(
    fc.constantFrom(...NAMES),
    fc.constantFrom('*', 'w*', '*1', '?eb1', 'web?', '[*]:2222', '10.0.0.*', '*.example', '**', 'w*b*1', 'WEB1', '!web1', '!*1', '![*'),
  );
  const line = fc
    .tuple(fc.constantFrom('', '', '', '@revoked ', '@cert-authority '), fc.array(pattern, { minLength: 1, maxLength: 3 }), fc.nat(1))
    .map(([marker, patterns, n]) => `${marker}${patterns.join(',')} ${realKeys[n] ?? ''}`);

  const agree = () => {
    const index = indexKnownHosts(parseKnownHosts(readFileSync(path, 'utf8'), path));
    for (const name of NAMES) {
      const ours = linesOf(index, name).map((one) => one.line);
      expect([name, ours.toSorted((a, b) => a - b)]).toEqual([name, found(name)]);
    }
  };

  it('finds the same lines for a name', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(line, fc.constantFrom('', '# web1', 'web1')), { maxLength: 6 }), (lines) => {
        writeFileSync(path, `${lines.join('\n')}\n`);
        agree();
      }),
      { numRuns: 25 },
    );
  });

  it('finds the same lines in a file that ssh-keygen hashed', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...NAMES), { minLength: 1, maxLength: 5 }), (names) => {
        writeFileSync(path, names.map((name, n) => `${name} ${realKeys[n % 2] ?? ''}\n`).join(''));
        execFileSync('ssh-keygen', ['-q', '-H', '-f', path], { stdio: 'ignore' });
        expect(readFileSync(path, 'utf8')).toMatch(/^\|1\|/);
        agree();
      }),
      { numRuns: 10 },
    );
  });
});
