import { describe, expect, test } from 'vitest';
import { findVaultIds } from '../../src/inventory/find-vault-ids.ts';
import { failureText, memoryIo, unwrap } from './memory-io.ts';

const CONFIG = {
  'conf/ansible.cfg': '[defaults]\ninventory = x\nvault_identity_list = dev@~/dev, prod@prompt ,other\nvault_password_file: ../pw ; mine\n',
};
const HOME = { HOME: '/home/me' };

describe('the vault passwords that are used when none is given', () => {
  test('are those that Ansible would use: of the environment, else of its configuration', async () => {
    const env = { ...HOME, ANSIBLE_CONFIG: 'conf/ansible.cfg' };
    const found = unwrap(await findVaultIds(env, memoryIo(CONFIG)));
    const here = process.cwd();
    expect(found).toEqual([
      { label: 'dev', source: '/home/me/dev' },
      { label: 'prod', source: 'prompt' },
      { source: `${here}/conf/other` },
      { source: `${here}/pw` },
    ]);
    const named = { ...env, ANSIBLE_VAULT_IDENTITY_LIST: 'a@~/x, b', ANSIBLE_VAULT_PASSWORD_FILE: '/pw' };
    expect(unwrap(await findVaultIds(named, memoryIo(CONFIG)))).toEqual([
      { label: 'a', source: '/home/me/x' },
      { source: 'b' },
      { source: '/pw' },
    ]);
  });

  test('are none where nothing is said', async () => {
    expect(unwrap(await findVaultIds(HOME, memoryIo({ 'ansible.cfg': '[defaults]\nforks=5\n[other]\nvault_password_file=x\n' })))).toEqual(
      [],
    );
    expect(unwrap(await findVaultIds({}, memoryIo({})))).toEqual([]);
  });

  test('must be clear', async () => {
    const io = memoryIo({ 'ansible.cfg': '[defaults]\nvault_password_file=$X/pw\n' });
    expect(failureText(await findVaultIds({}, io))).toBe(
      'ansible.cfg:2:1: the vault password file "$X/pw" holds a variable, which is not supported here (give it with --vault-password-file)',
    );
  });
});
