import { resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { findInventory } from '../../src/inventory/find-inventory.ts';
import { failureText, memoryIo, unwrap } from './memory-io.ts';

const EVERYTHING = {
  'inventories/hosts.yml': '',
  'inventories/hosts.bak': '',
  'inventories/lab.yml': '',
  'ansible.cfg': '[defaults]\ninventory = inv/a, /b, ~/c ; mine\n',
  '/home/me/.ansible.cfg': '[defaults]\ninventory: /home/inv\n',
  '/etc/ansible/hosts': '',
};
const HOME = { HOME: '/home/me' };

function without(...gone: readonly (keyof typeof EVERYTHING)[]) {
  return memoryIo(Object.fromEntries(Object.entries(EVERYTHING).filter(([path]) => !gone.some((each) => each === path))));
}

describe('the inventory that is used when none is given', () => {
  const found = async (env: Record<string, string>, io: ReturnType<typeof memoryIo>) => unwrap(await findInventory(env, io));

  test('is looked for in a fixed order, and says where it was found', async () => {
    expect(await found({ ...HOME, RUNBOOK_INVENTORY: 'a,b' }, without())).toEqual({ sources: ['a,b'], why: '$RUNBOOK_INVENTORY' });
    expect(await found({ ...HOME, RUNBOOK_INVENTORY: '' }, without())).toEqual({
      sources: ['inventories/hosts.yml'],
      why: './inventories/hosts*',
    });
    const none = without('inventories/hosts.yml');
    expect(await found({ ...HOME, ANSIBLE_INVENTORY: 'x, y' }, none)).toEqual({ sources: ['x', 'y'], why: '$ANSIBLE_INVENTORY' });
    expect(await found(HOME, none)).toEqual({ sources: [resolve('inv/a'), '/b', '/home/me/c'], why: 'ansible.cfg' });
    const noLocal = without('inventories/hosts.yml', 'ansible.cfg');
    expect(await found(HOME, noLocal)).toEqual({ sources: ['/home/inv'], why: '/home/me/.ansible.cfg' });
    expect(await found({}, noLocal)).toEqual({ sources: ['/etc/ansible/hosts'], why: '/etc/ansible/hosts' });
  });

  test('comes from the configuration that ANSIBLE_CONFIG names', async () => {
    const io = memoryIo({
      'other.cfg': '[other]\ninventory=no\n[defaults]\n# inventory=no\ninventory=yes\n',
      'ansible.cfg': '[defaults]\ninventory=no\n',
    });
    expect(await found({ ANSIBLE_CONFIG: 'other.cfg' }, io)).toEqual({ sources: [resolve('yes')], why: 'other.cfg' });
  });

  test('comes from an ansible.cfg in the directory that ANSIBLE_CONFIG names', async () => {
    const io = memoryIo({ 'etc/ansible.cfg': '[defaults]\ninventory=yes\n', 'ansible.cfg': '[defaults]\ninventory=no\n' });
    expect(await found({ ANSIBLE_CONFIG: 'etc' }, io)).toEqual({ sources: [resolve('etc/yes')], why: 'etc/ansible.cfg' });
  });

  test('does not come from an ansible.cfg in a directory in which everybody may write, which Ansible passes over as well', async () => {
    const files = { 'ansible.cfg': '[defaults]\ninventory=theirs\n', '/home/me/.ansible.cfg': '[defaults]\ninventory=/mine\n' };
    expect(await found(HOME, memoryIo(files, {}, { isOpenToAll: true }))).toEqual({ sources: ['/mine'], why: '/home/me/.ansible.cfg' });
  });

  test('does not come from an ansible.cfg that may not be read', async () => {
    const io = memoryIo({ 'ansible.cfg': '', '/home/me/.ansible.cfg': '[defaults]\ninventory=/mine\n' });
    const head = (path: string, bytes: number) => (path === 'ansible.cfg' ? Promise.reject(new Error('EACCES')) : io.head(path, bytes));
    expect((await found(HOME, { ...io, head })).sources).toEqual(['/mine']);
  });

  test('may be named with variables of the environment', async () => {
    const io = memoryIo({ 'ansible.cfg': '[defaults]\ninventory = ${SITE}/hosts\n' });
    expect((await found({ SITE: '/srv/site' }, io)).sources).toEqual(['/srv/site/hosts']);
  });

  test('is the system one when the configuration names none', async () => {
    const io = memoryIo({ 'ansible.cfg': '[defaults]\nforks=5\n', '/etc/ansible/hosts': '' });
    expect((await found({}, io)).sources).toEqual(['/etc/ansible/hosts']);
  });

  test('must be clear', async () => {
    const several = memoryIo({ 'inventories/hosts.yml': '', 'inventories/hosts-lab': '' });
    expect(failureText(await findInventory({}, several))).toBe(
      'there are several inventories: inventories/hosts-lab, inventories/hosts.yml (name one with -i)',
    );
    expect(failureText(await findInventory({}, memoryIo({ 'ansible.cfg': '[defaults]\n\ninventory = $X/hosts\n' })))).toBe(
      'ansible.cfg:3:1: the inventory "$X/hosts" holds a variable, which is not supported here (give it with -i)',
    );
    expect(failureText(await findInventory({}, memoryIo({})))).toBe(
      'no inventory was given and none was found (give one with -i, or set RUNBOOK_INVENTORY; looked for ./inventories/hosts*, ansible.cfg and /etc/ansible/hosts)',
    );
  });
});
