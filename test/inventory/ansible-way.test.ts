import { resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ansibleWay } from '../../src/inventory/ansible-way.ts';
import { sshRequest } from '../../src/inventory/ssh-request.ts';
import { failureText, unwrap } from './memory-io.ts';

const PATH = '/srv/ops/ansible.cfg';

const ALL = `[defaults]
forks = 50
remote_user = "deploy" ; ours
remote_port: 2222
private_key_file = keys/id
timeout = 7
host_key_checking = False
[privilege_escalation]
become = True
become_user = app
become_method=su
become_ask_pass = yes
[ssh_connection]
pipelining = True
ssh_args = -C -o ControlMaster=auto -F ssh.cfg
  -o ServerAliveInterval=30 -o ForwardAgent=yes
# ssh_extra_args = -l nobody
ssh_common_args = -J bastion -o StrictHostKeyChecking=no
`;

const wayOf = (text: string, env = {}) => unwrap(ansibleWay({ file: { path: PATH, text }, env }));

/** What ssh is told of a host, and how it becomes root. */
function requestOf(text: string, vars = {}, env = {}) {
  const { settings, become } = unwrap(sshRequest({ name: 'web', groups: [], vars }, { ansible: wayOf(text, env) }));
  return { become, told: settings.map((each) => ('option' in each ? each.option : `${each.keyword} ${each.value}`)) };
}

describe('an ansible.cfg', () => {
  test('says of all hosts what Ansible takes from it, in the order of its own command line', () => {
    expect(requestOf(ALL)).toEqual({
      told: [
        'ServerAliveInterval 30',
        'Port 2222',
        'User deploy',
        'IdentityFile /srv/ops/keys/id',
        'ConnectTimeout 7',
        'ProxyJump bastion',
      ],
      become: { enabled: true, user: 'app', method: 'su' },
    });
    expect(wayOf(ALL)).toMatchObject({ askBecomePassword: true, sshConfig: 'ssh.cfg' });
  });

  test('loses to the variables of a host, each by itself', () => {
    const vars = { ansible_user: 'me', ansible_become: false, ansible_ssh_args: '-p 99', ansible_ssh_timeout: 3 };
    expect(requestOf(ALL, vars)).toEqual({
      told: ['Port 99', 'User me', 'IdentityFile /srv/ops/keys/id', 'ConnectTimeout 3', 'ProxyJump bastion'],
      become: { enabled: false, user: 'app', method: 'su' },
    });
  });

  test('loses to the environment, also to a variable that is empty', () => {
    const env = {
      ANSIBLE_REMOTE_USER: '',
      ANSIBLE_REMOTE_PORT: '77',
      ANSIBLE_PRIVATE_KEY_FILE: 'here',
      ANSIBLE_BECOME: 'no',
      ANSIBLE_SSH_COMMON_ARGS: '-J other',
      ANSIBLE_SSH_TIMEOUT: '12',
    };
    expect(requestOf(ALL, {}, env)).toMatchObject({
      told: ['ServerAliveInterval 30', 'Port 77', `IdentityFile ${resolve('here')}`, 'ConnectTimeout 7', 'ProxyJump other'],
      become: { enabled: false },
    });
    expect(unwrap(ansibleWay({ env })).followed).toContainEqual(expect.objectContaining({ name: 'become', at: '$ANSIBLE_BECOME' }));
  });

  test('is told with its lines: what is followed, what is not, and nothing of what means nothing', () => {
    const { followed, notFollowed } = wayOf(ALL);
    expect(followed.map(({ name, at }) => `${name} ${at.slice(PATH.length)}`)).toEqual([
      'remote_user :3',
      'remote_port :4',
      'private_key_file :5',
      'timeout :6',
      'become :9',
      'become_method :11',
      'become_user :10',
      'ssh_args :15',
      'ssh_common_args :18',
      'become_ask_pass :12',
    ]);
    expect(notFollowed.map(({ name, at, why }) => `${name} ${at.slice(PATH.length)}: ${why}`)).toEqual([
      '-o ForwardAgent=yes of ssh_args :15: it is not understood here',
      '-o StrictHostKeyChecking=no of ssh_common_args :18: host keys are always checked',
      'host_key_checking :7: host keys are always checked',
    ]);
  });

  test.each([
    ['[defaults]\nhost_key_checking = True\ntransport = smart\nask_pass = False'],
    ['[privilege_escalation]\nbecome_exe = sudo\nbecome_flags = -H -S -n\n[ssh_connection]\nssh_executable = /usr/bin/ssh'],
    ['[paramiko_connection]\nhost_key_checking = False\n'],
  ])('that asks for what is done anyway is not told: %j', (text) => {
    expect(wayOf(text)).toMatchObject({ followed: [], notFollowed: [] });
  });

  test.each([
    ['[defaults]\nask_pass = True', 'ask_pass'],
    ['[defaults]\ntransport = local', 'transport'],
    ['[ssh_connection]\ntimeout = 9', 'timeout'],
    ['[sudo_become_plugin]\nuser = app', 'user'],
    ['[ssh_connection]\nssh_args = -o UserKnownHostsFile=/dev/null', '-o UserKnownHostsFile=/dev/null of ssh_args'],
  ])('that asks for what is not done is told: %j', (text, name) => {
    expect(wayOf(text).notFollowed.map((each) => each.name)).toEqual([name]);
  });

  test.each([
    ['[defaults]\nremote_user = -x', 'remote_user in /srv/ops/ansible.cfg:2 of web cannot be a user: "-x" begins with "-"'],
    ['[defaults]\nremote_port = ssh', 'remote_port in /srv/ops/ansible.cfg:2 of web is no port: "ssh"'],
    ['[privilege_escalation]\nbecome = perhaps', 'become in /srv/ops/ansible.cfg:2 of web is neither yes nor no: "perhaps"'],
    ['[privilege_escalation]\nbecome_method = pbrun', 'become_method in /srv/ops/ansible.cfg:2 of web is "pbrun"'],
  ])('that cannot be followed is refused with its place: %j', (text, says) => {
    expect(failureText(sshRequest({ name: 'web', groups: [], vars: {} }, { ansible: wayOf(text) }))).toContain(says);
  });

  test.each([
    ['[ssh_connection]\nssh_args = -o "A', '/srv/ops/ansible.cfg:2: ssh_args cannot be read: no closing "'],
    ['[defaults]\nprivate_key_file = {{ CWD }}/k', '/srv/ops/ansible.cfg:2:1: the private key "{{ CWD }}/k" holds a variable'],
  ])('that cannot be read is an error for all hosts: %j', (text, says) => {
    expect(failureText(ansibleWay({ file: { path: PATH, text }, env: {} }))).toContain(says);
  });
});
