import { describe, expect, test } from 'vitest';
import { ansibleListing } from '../../src/inventory/ansible-listing.ts';
import { inventoryGraph } from '../../src/inventory/inventory-graph.ts';
import { pythonJson } from '../../src/inventory/python-text.ts';
import { readInventory } from '../../src/inventory/read-inventory.ts';
import { sshRequest } from '../../src/inventory/ssh-request.ts';
import { createUnsealer, type UnsealOptions } from '../../src/inventory/unsealer.ts';
import { failureText, type MemoryProgram, memoryIo, unwrap, varsOf } from './memory-io.ts';
import { GENUINE, NO_MAPPING, sealVault, WHOLE_FILE } from './vault-texts.ts';

const OPEN: Partial<UnsealOptions> = { vaultIds: [{ source: 'pw' }] };

function read(files: Readonly<Record<string, string>>, options = OPEN, programs: Readonly<Record<string, MemoryProgram>> = {}) {
  const io = memoryIo({ hosts: '[web]\nh1\n', pw: 'open sesame\n', ...files }, programs);
  return readInventory(['hosts'], io, { unsealer: createUnsealer({ vaultIds: [], ageIdentities: [], ...options }, io) });
}

describe('variables of a file that ansible-vault encrypted', () => {
  test('are secrets: in no variable, listing or graph, and known by their names', async () => {
    const inventory = unwrap(await read({ 'group_vars/web.yml': WHOLE_FILE }));
    expect(varsOf(inventory)).toEqual({ h1: {} });
    const all = new Set(['h1']);
    const shown = [pythonJson(ansibleListing(inventory, all)), ...inventoryGraph(inventory, 'all', { shown: all, vars: true })].join('\n');
    expect(shown).not.toMatch(/from-vaulted-file|hidden-user|nested-secret/);
    expect(ansibleListing(inventory, all)['_meta']).toEqual({
      hostvars: { h1: { ansible_become_password: '***', ansible_user: '***', db: '***' } },
    });
    expect(shown).toContain('  |  |--{ansible_become_password = ***}');
    expect(inventory.hosts[0]?.secrets?.get('db')?.reveal()).toEqual({ password: 'nested-secret', list: ['a'] });
  });

  test('have the precedence of any others', async () => {
    const weaker = unwrap(await read({ 'group_vars/all.yml': WHOLE_FILE, 'group_vars/web.yml': 'db: plain\n' }));
    expect([varsOf(weaker)['h1'], weaker.hosts[0]?.secrets?.has('db')]).toEqual([{ db: 'plain' }, false]);
    const stronger = unwrap(await read({ 'group_vars/web.yml': 'db: plain\n', 'host_vars/h1/vault.yml': WHOLE_FILE }));
    expect([varsOf(stronger)['h1'], stronger.hosts[0]?.secrets?.has('db')]).toEqual([{}, true]);
  });

  test.each([
    [{ 'group_vars/web.yml': WHOLE_FILE }, {}, /^group_vars\/web\.yml: this is encrypted with ansible-vault, and no password was given/],
    [{ 'group_vars/web.yml': WHOLE_FILE, pw: 'x' }, OPEN, /^group_vars\/web\.yml: the vault password is wrong$/],
    [{ 'group_vars/web.yml': NO_MAPPING }, OPEN, /^group_vars\/web\.yml:1:1: what is encrypted here is no mapping of variables in YAML$/],
    [
      { 'group_vars/web.yml': sealVault('a: 1\nb: [hush-hush: }', 'open sesame') },
      OPEN,
      /^group_vars\/web\.yml:2:\d+: what is encrypted here is no mapping/,
    ],
    [{ hosts: WHOLE_FILE }, OPEN, /^hosts:1:1: this inventory is encrypted with ansible-vault as a whole \(names of hosts are no secret/],
  ])('%j cannot be read: the failure quotes nothing', async (files, options, message) => {
    const text = failureText(await read(files, options));
    expect(text).toMatch(message);
    expect(text).not.toContain('hush');
  });
});

describe('files that age encrypted', () => {
  const age: MemoryProgram = (args) =>
    args.includes('my key')
      ? 'db: from-age\nansible_password: pw-from-age\n'
      : {
          end: { kind: 'exited', code: 1 },
          stderr: 'age: error: no identity matched any of the recipients\nage: report unexpected errors at https://…\n',
        };

  test('are read beside those that everybody may read, and win over them', async () => {
    const files = {
      'group_vars/web.yml': 'db: plain\nx: 1\n',
      'group_vars/web.yml.age': '',
      'host_vars/h1/a.yml': 'y: 1\n',
      'host_vars/h1/b.age': '',
    };
    const inventory = unwrap(await read(files, { ageIdentities: ['my key'] }, { age }));
    expect(varsOf(inventory)).toEqual({ h1: { x: 1, y: 1 } });
    expect(inventory.hosts[0]?.secrets?.get('db')?.reveal()).toBe('from-age');
  });

  test('are opened by the program alone, with the identities that were given', async () => {
    const asked: (readonly string[])[] = [];
    const program: MemoryProgram = (args) => {
      asked.push(args);
      return '';
    };
    unwrap(await read({ 'group_vars/web.age': '' }, { ageIdentities: ['a', 'b'] }, { age: program }));
    expect(asked).toEqual([['--decrypt', '--identity', 'a', '--identity', 'b', '--', 'group_vars/web.age']]);
  });

  test.each([
    [{}, {}, 'group_vars/web.age: this file is encrypted with age, and there is no program age here (install age)'],
    [
      {},
      { age },
      'group_vars/web.age: age ended with exit code 1: age: error: no identity matched any of the recipients (pass --age-identity FILE, or set RUNBOOK_AGE_IDENTITY)',
    ],
    [
      { ageIdentities: ['x'] },
      { age },
      'group_vars/web.age: age ended with exit code 1: age: error: no identity matched any of the recipients (is it the right identity?)',
    ],
  ])('with %j and the programs %j they are a failure that says why', async (options, programs, message) => {
    expect(failureText(await read({ 'group_vars/web.age': '' }, options, programs))).toBe(message);
  });
});

describe('an encrypted password', () => {
  const target = async (files: Readonly<Record<string, string>>) => {
    const [host] = unwrap(await read(files)).hosts;
    if (host === undefined) throw new Error('no host');
    return sshRequest(host, {});
  };
  const vaulted = `all:\n  vars:\n    vault_pw: !vault |\n${GENUINE.replaceAll(/^/gm, '      ')}\n`;

  test('leaves the inventory as it is, and by reference', async () => {
    const { password, secrets } = unwrap(
      await target({
        hosts: 'web: { hosts: h1 }\n',
        'group_vars/web.yml': `ansible_password: !vault |\n${GENUINE.replaceAll(/^/gm, '  ')}`,
      }),
    );
    expect(password).toEqual({ secret: 'inventory:h1:login' });
    expect(secrets).toEqual({ 'inventory:h1:login': { vault: GENUINE, of: 'ansible_password of h1' } });
  });

  test('of an encrypted file is a secret', async () => {
    const { secrets } = unwrap(await target({ 'group_vars/web.yml': sealVault('ansible_become_password: 12345', 'open sesame') }));
    expect(JSON.stringify(secrets)).toBe('{"inventory:h1:become":"***"}');
    const [secret] = Object.values(secrets);
    expect(secret !== undefined && 'reveal' in secret && secret.reveal()).toBe('12345');
  });

  test('may be referred to by its name', async () => {
    const { secrets } = unwrap(
      await target({
        hosts: `${vaulted}    ansible_password: "{{ vault_pw }}"\n  hosts: { h1: { ansible_become_password: "{{ ansible_password }}" } }\n`,
      }),
    );
    expect(secrets).toEqual({
      'inventory:h1:login': { vault: GENUINE, of: 'vault_pw of h1' },
      'inventory:h1:become': { vault: GENUINE, of: 'vault_pw of h1' },
    });
  });

  test.each([
    ['ansible_password: "{{ nosuch }}"', 'ansible_password of h1 refers to nosuch, which is not set'],
    ['ansible_password: "{{ a }}"\na: "{{ ansible_password }}"', /holds a template/],
    [
      'ansible_password: "{{ a | default(1) }}"',
      'ansible_password of h1 holds a template, and templates in inventories are not evaluated (write the value itself)',
    ],
    ['ansible_password: [a]', 'ansible_password of h1 must be a single value, not a list or a mapping'],
  ])('%j is refused', async (text, message) => {
    expect(failureText(await target({ 'group_vars/web.yml': text }))).toEqual(
      typeof message === 'string' ? message : expect.stringMatching(message),
    );
  });

  test.each([
    ['group_vars/web.yml', sealVault('ansible_user: deploy', 'open sesame'), 'ansible_user'],
    ['group_vars/web.yml', `ansible_host: !vault |\n${GENUINE.replaceAll(/^/gm, '  ')}`, 'ansible_host'],
    ['group_vars/web.yml', sealVault('ansible_connection: local', 'open sesame'), 'ansible_connection'],
  ])('is a password, and no other variable: %s', async (path, text, variable) => {
    expect(failureText(await target({ [path]: text }))).toBe(
      `${variable} of h1 is encrypted, and messages and records would tell it (only passwords may be: write it in plain text)`,
    );
  });
});
