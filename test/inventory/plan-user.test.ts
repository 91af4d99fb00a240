import { describe, expect, test } from 'vitest';
import { sshRequest } from '../../src/inventory/ssh-request.ts';
import { unwrap } from './memory-io.ts';

const vars = {
  ansible_user: 'deploy',
  ansible_password: 'secret',
  ansible_become: true,
  ansible_become_password: 'secret',
  ansible_ssh_args: '-l other',
};
const host = (more: Readonly<Record<string, string>> = {}) => ({ name: 'h1', groups: [], vars: { ...vars, ...more } });

describe('the login that plans', () => {
  test.each([
    ['the command line', { user: 'audit' }, host()],
    ['the inventory', {}, host({ runbook_plan_user: 'audit' })],
    ['the command line, before the inventory', { user: 'audit' }, host({ runbook_plan_user: 'somebody' })],
  ])('that %s names comes first, raises single reads, and is given no password of another', (_where, planning, one) => {
    const { settings, become, password, secrets } = unwrap(sshRequest(one, { planning, becomePassword: { secret: 'asked' } }));
    expect(settings[0]).toMatchObject({ keyword: 'User', value: 'audit' });
    expect(become).toEqual({ enabled: false, user: 'root', single: true });
    expect([password, secrets]).toEqual([undefined, {}]);
  });

  test.each([
    ['nobody names one', { planning: {} }, host()],
    ['hosts are to be changed', {}, host({ runbook_plan_user: 'audit' })],
  ])('is that of the inventory where %s', (_when, defaults, one) => {
    const { settings, become } = unwrap(sshRequest(one, defaults));
    expect(settings.map((each) => ('value' in each ? each.value : ''))).not.toContain('audit');
    expect(become).toMatchObject({ enabled: true });
    expect(become.single).toBeUndefined();
  });

  test.each(['-oProxyCommand=x', 'a b', '{{ user }}'])('is refused by name when it is %j', (user) => {
    const refused = sshRequest(host({ runbook_plan_user: user }), { planning: {} });
    expect(refused).toMatchObject({ ok: false, failure: { code: 'refused', message: expect.stringContaining('runbook_plan_user of h1') } });
  });
});
