import { inspect } from 'node:util';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fail, ok } from '../../src/domain/failure.ts';
import { Secret } from '../../src/domain/secret.ts';
import { createUnsealer, type UnsealOptions } from '../../src/inventory/unsealer.ts';
import { parseVaultId } from '../../src/inventory/vault-passwords.ts';
import { failureText, type MemoryProgram, memoryIo, unwrap } from './memory-io.ts';
import { GENUINE, LABELLED, sealVault } from './vault-texts.ts';

const FILES = { pw: 'open sesame\n', other: '  other ', empty: '\n' };

function opener(options: Partial<UnsealOptions>, programs: Readonly<Record<string, MemoryProgram>> = {}) {
  return createUnsealer(
    { vaultIds: [], ageIdentities: [], ...options },
    memoryIo({ ...FILES, 'pass-client': '', 'pass.sh': '' }, programs),
  );
}

const opened = async (text: string, options: Partial<UnsealOptions>, programs: Readonly<Record<string, MemoryProgram>> = {}) => {
  const result = await opener(options, programs).vault(text, 'here');
  return result.ok ? result.value.reveal() : failureText(result);
};

describe('a secret', () => {
  test('shows its mask, however it gets into a text', () => {
    const secret = new Secret('hunter2');
    expect([`${secret}`, JSON.stringify({ secret }), inspect({ secret }), String(secret), Object.keys(secret)]).toEqual([
      '***',
      '{"secret":"***"}',
      '{ secret: *** }',
      '***',
      [],
    ]);
    expect(secret.reveal()).toBe('hunter2');
  });
});

describe('what ansible-vault encrypted', () => {
  test('is opened with the password of a file, with or without a label', async () => {
    expect(await opened(GENUINE, { vaultIds: [{ source: 'pw' }] })).toBe('S3cret-pä$$');
    expect(await opened(LABELLED, { vaultIds: [{ source: 'other' }] })).toBe('become-me-42');
  });

  test('is tried with the password of its label first, and with all others after it', async () => {
    const tried: string[] = [];
    const program = (password: string) => () => {
      tried.push(password);
      return `${password}\n`;
    };
    const programs = { './a': program('wrong'), './b': program('other') };
    const io = memoryIo({ './a': '', './b': '' }, programs);
    const vaultIds = [{ source: './a' }, { source: './b', label: 'prod' }];
    expect(unwrap(await createUnsealer({ vaultIds, ageIdentities: [] }, io).vault(LABELLED, 'here')).reveal()).toBe('become-me-42');
    expect(tried).toEqual(['other']);
    expect(await opened(GENUINE, { vaultIds: [{ source: 'other', label: 'x' }, { source: 'pw' }] })).toBe('S3cret-pä$$');
  });

  test('is opened with what a program prints; one called …-client is told the label', async () => {
    const asked: (readonly string[])[] = [];
    const client: MemoryProgram = (args) => {
      asked.push(args);
      return 'open sesame\n';
    };
    const programs = { './pass-client': client, './pass.sh': client };
    const files = { './pass-client': '', './pass.sh': '' };
    for (const source of ['./pass-client', './pass.sh']) {
      const unsealer = createUnsealer({ vaultIds: [{ source, label: 'dev' }], ageIdentities: [] }, memoryIo(files, programs));
      expect(unwrap(await unsealer.vault(GENUINE, 'here')).reveal()).toBe('S3cret-pä$$');
    }
    expect(asked).toEqual([['--vault-id', 'dev'], []]);
  });

  test('is not opened where the program fails, which may be a file that is executable by mistake', async () => {
    const program: MemoryProgram = () => ({ end: { kind: 'not-started', why: 'ENOEXEC' } });
    expect(await opened(GENUINE, { vaultIds: [{ source: 'pw' }] }, { './pw': program, pw: program })).toBe(
      'pw: the vault password program cannot be started (ENOEXEC) (if it is no program, take the bit away: chmod -x pw)',
    );
  });

  test('has a person asked, once, when no password was given', async () => {
    const asked: string[] = [];
    const unsealer = opener({
      ask: async (name) => {
        asked.push(name);
        return 'open sesame';
      },
    });
    const texts = [GENUINE, GENUINE, sealVault('another', 'open sesame')];
    const all = await Promise.all(texts.map((text) => unsealer.vault(text, 'here')));
    expect(all.map((each) => unwrap(each).reveal())).toEqual(['S3cret-pä$$', 'S3cret-pä$$', 'another']);
    expect(asked).toEqual(['vault password']);
  });

  test('has passwords looked for where none was given, once, and only when there is something to open', async () => {
    let looked = 0;
    const find = async () => {
      looked += 1;
      return ok([{ source: 'pw' }]);
    };
    const unsealer = opener({ find, ask: async () => 'not asked' });
    expect(looked).toBe(0);
    const texts = [GENUINE, sealVault('another', 'open sesame')];
    const all = await Promise.all(texts.map((text) => unsealer.vault(text, 'here')));
    expect(all.map((each) => unwrap(each).reveal())).toEqual(['S3cret-pä$$', 'another']);
    expect(looked).toBe(1);
    expect(await opened(GENUINE, { find: async () => fail('bad-input', 'unclear') })).toBe('unclear');
  });

  test.each([
    [
      GENUINE,
      {},
      'here: this is encrypted with ansible-vault, and no password was given (pass --vault-password-file FILE, or --vault-id LABEL@FILE)',
    ],
    [
      GENUINE,
      { ask: async () => undefined },
      'here: this is encrypted with ansible-vault, and no password was given (pass --vault-password-file FILE, or --vault-id LABEL@FILE)',
    ],
    [GENUINE, { vaultIds: [{ source: 'other' }] }, 'here: the vault password is wrong'],
    [GENUINE, { vaultIds: [{ source: 'other' }, { source: 'other' }] }, 'here: none of the 2 vault passwords is right'],
    [GENUINE, { vaultIds: [{ source: 'nothere' }] }, 'nothere: there is no vault password file nothere'],
    [GENUINE, { vaultIds: [{ source: 'empty' }] }, 'empty: the vault password of empty is empty'],
    [
      GENUINE.replace('1.1', '1.0'),
      { vaultIds: [{ source: 'pw' }] },
      'here: only formats 1.1 and 1.2 with AES256 of ansible-vault are read, not 1.0 with AES256 (encrypt it anew)',
    ],
    [GENUINE.slice(0, 200), { vaultIds: [{ source: 'pw' }] }, 'here: this is no text of ansible-vault, or not the whole of it'],
    ['$ANSIBLE_VAULT;1.1;AES256\nxyz', { vaultIds: [{ source: 'pw' }] }, 'here: this is no text of ansible-vault, or not the whole of it'],
  ])('%j with %j is a failure that says why, and nothing else', async (text, options, message) => {
    expect(await opened(text, options)).toBe(message);
  });

  test('comes back as it was, whatever it was; with a byte altered it is not opened', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary' }), fc.nat(), async (text, at) => {
        const sealed = sealVault(text.toWellFormed(), 'open sesame');
        expect(await opened(sealed, { vaultIds: [{ source: 'pw' }] })).toBe(text.toWellFormed());
        const [header = '', ...lines] = sealed.trim().split('\n');
        const body = Buffer.from(Buffer.from(lines.join(''), 'hex').toString('latin1'), 'latin1');
        // Any digit of the three parts, not the line ends between them.
        const index = at % body.length;
        if (body[index] === 0x0a) return;
        body[index] = body[index] === 0x30 ? 0x31 : 0x30;
        const altered = `${header}\n${body.toString('hex')}`;
        expect(await opened(altered, { vaultIds: [{ source: 'pw' }] })).toBe('here: the vault password is wrong');
      }),
      { numRuns: 20 },
    );
  });
});

test.each([
  ['dev@~/pw', { label: 'dev', source: '/home/me/pw' }],
  ['dev@prompt', { label: 'dev', source: 'prompt' }],
  ['pw', { source: 'pw' }],
  ['@pw', { source: 'pw' }],
])('--vault-id %s names a label and a source', (text, expected) => {
  expect(parseVaultId(text, '/home/me')).toEqual(expected);
});
