import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../src/domain/json.ts';
import { type TargetDefaults, targetOf } from '../../src/inventory/target-of.ts';
import { failureText, unwrap } from './memory-io.ts';

const DEFAULTS: TargetDefaults = {
  user: 'me',
  identityFiles: ['/home/me/.ssh/id_ed25519'],
  agent: '/run/agent',
  knownHostsFiles: ['/home/me/.ssh/known_hosts', '/etc/ssh/ssh_known_hosts'],
  connectTimeoutMs: 10_000,
  keepAliveMs: 15_000,
  home: '/home/me',
};

const PLAIN = {
  host: 'h1',
  address: 'h1',
  port: 22,
  user: 'me',
  identityFiles: ['/home/me/.ssh/id_ed25519'],
  agent: '/run/agent',
  knownHostsFiles: ['/home/me/.ssh/known_hosts', '/etc/ssh/ssh_known_hosts'],
  connectTimeoutMs: 10_000,
  keepAliveMs: 15_000,
  become: { enabled: false, user: 'root' },
};

/** A jump host: with the defaults, whatever is said for the host behind it. */
function jump(said: object): object {
  const { become: _, ...endpoint } = PLAIN;
  return { ...endpoint, ...said };
}

const target = (vars: JsonObject, defaults = DEFAULTS, name = 'h1') => targetOf({ name, groups: [], vars }, defaults);

describe('the way to a host', () => {
  test('is its name and the defaults when the inventory says nothing', () => {
    expect(unwrap(target({ ansible_python_interpreter: '/usr/bin/python3', note: '{{ x }}' }))).toEqual({ target: PLAIN, secrets: {} });
  });

  const cases: readonly (readonly [JsonObject, object])[] = [
    [{ ansible_host: '10.0.0.1' }, { address: '10.0.0.1' }],
    [{ ansible_host: 'a', ansible_ssh_host: 'b' }, { address: 'b' }],
    [{ ansible_host: '[fe80::1]' }, { address: 'fe80::1' }],
    [{ ansible_host: '', ansible_user: null }, {}],
    [{ ansible_port: 2222 }, { port: 2222 }],
    [{ ansible_ssh_port: '2222' }, { port: 2222 }],
    [{ ansible_user: 'ops' }, { user: 'ops' }],
    [{ ansible_ssh_user: 'ops' }, { user: 'ops' }],
    [{ ansible_ssh_private_key_file: '~/key' }, { identityFiles: ['/home/me/key'] }],
    [{ ansible_private_key_file: '/k' }, { identityFiles: ['/k'] }],
    [{ ansible_ssh_timeout: 30 }, { connectTimeoutMs: 30_000 }],
    [{ ansible_timeout: '2.5' }, { connectTimeoutMs: 2_500 }],
    [{ ansible_become: true }, { become: { enabled: true, user: 'root' } }],
    [{ ansible_become: 'Yes', ansible_become_user: 'app' }, { become: { enabled: true, user: 'app' } }],
    [{ ansible_become: 'no' }, { become: { enabled: false, user: 'root' } }],
    [{ ansible_connection: 'ssh', ansible_become_method: 'sudo', ansible_host_key_checking: true, ansible_ssh_executable: 'ssh' }, {}],
    [{ ansible_ssh_common_args: '-o UserKnownHostsFile=~/kh' }, { knownHostsFiles: ['/home/me/kh', '/etc/ssh/ssh_known_hosts'] }],
    [{ ansible_ssh_common_args: '-C -q -o ControlMaster=auto -o ControlPersist=60s -o HostKeyAlias=Db' }, { hostKeyAlias: 'Db' }],
    [
      {
        ansible_ssh_common_args: '-o ProxyCommand="ssh -W %h:%p -q %r@bastion %%"',
        ansible_host: 'db',
        ansible_port: 2222,
        ansible_user: 'ops',
      },
      { proxyCommand: 'ssh -W db:2222 -q ops@bastion %', address: 'db', port: 2222, user: 'ops' },
    ],
    [
      { ansible_ssh_common_args: '-J first,ops@[::1]:2200 -o ProxyCommand=none', ansible_user: 'app', ansible_ssh_private_key_file: '/k' },
      {
        user: 'app',
        identityFiles: ['/k'],
        jumps: [jump({ host: 'first', address: 'first' }), jump({ host: '::1', address: '::1', port: 2200, user: 'ops' })],
      },
    ],
    [{ ansible_ssh_args: '-o ProxyJump=none', ansible_ssh_common_args: '-J bastion' }, {}],
    [{ ansible_ssh_extra_args: '-o "UserKnownHostsFile /a /b"' }, { knownHostsFiles: ['/a', '/b', '/etc/ssh/ssh_known_hosts'] }],
    [
      { ansible_ssh_common_args: '-oConnectTimeout=3 -p 2200 -lops -i /k -o IdentityFile=/l' },
      { connectTimeoutMs: 3_000, port: 2200, user: 'ops', identityFiles: ['/k', '/l'] },
    ],
    [
      { ansible_ssh_common_args: '-p 1 -l a', ansible_ssh_extra_args: '-p 2', ansible_user: 'v' },
      { port: 1, user: 'v' },
    ],
    [
      { ansible_ssh_args: '-p 1 -i /first', ansible_port: 2, ansible_ssh_private_key_file: '/second' },
      { port: 1, identityFiles: ['/first', '/second'] },
    ],
  ];
  test.each(cases)('%j changes %j', (vars, expected) => {
    expect(unwrap(target(vars)).target).toEqual({ ...PLAIN, ...expected });
  });

  test('leaves passwords out of the target, under names', () => {
    const { target: made, secrets } = unwrap(target({ ansible_password: 'p1', ansible_become_pass: 1234, ansible_become: true }));
    expect(made.password).toEqual({ secret: 'inventory:h1:login' });
    expect(made.become).toEqual({ enabled: true, user: 'root', password: { secret: 'inventory:h1:become' } });
    const revealed = Object.entries(secrets).map(([name, secret]) => [name, 'reveal' in secret && secret.reveal()]);
    expect(Object.fromEntries(revealed)).toEqual({ 'inventory:h1:login': 'p1', 'inventory:h1:become': '1234' });
    expect(JSON.stringify([made, secrets])).not.toMatch(/p1|1234/);
  });

  test('takes passwords and privilege from the defaults where the inventory is silent', () => {
    const asked = {
      ...DEFAULTS,
      port: 2022,
      become: true,
      becomeUser: 'app',
      password: { secret: 'login' },
      becomePassword: { secret: 'sudo' },
    };
    expect(unwrap(target({}, asked))).toEqual({
      target: { ...PLAIN, port: 2022, password: { secret: 'login' }, become: { enabled: true, user: 'app', password: { secret: 'sudo' } } },
      secrets: {},
    });
    expect(unwrap(target({ ansible_become: false, ansible_ssh_pass: 'x' }, asked)).target).toMatchObject({
      password: { secret: 'inventory:h1:login' },
      become: { enabled: false },
    });
  });
});

describe('what cannot be honoured is refused by name', () => {
  const understood =
    '(understood are -i, -l, -p, -J and -o IdentityFile, User, Port, ConnectTimeout, UserKnownHostsFile, ProxyJump, ProxyCommand, HostKeyAlias)';
  const cases: readonly (readonly [JsonObject, string])[] = [
    [{ ansible_connection: 'local' }, 'ansible_connection of h1 is "local", but hosts are reached by SSH only'],
    [{ ansible_connection: 'docker' }, 'ansible_connection of h1 is "docker", but hosts are reached by SSH only'],
    [{ ansible_become_method: 'pfexec' }, 'ansible_become_method of h1 is "pfexec", but only sudo, doas and su are supported'],
    [{ ansible_become_flags: '-H' }, 'ansible_become_flags of h1 is not supported'],
    [
      { ansible_host_key_checking: false },
      'ansible_host_key_checking of h1 switches host key checking off, but host keys are always checked',
    ],
    [{ ansible_ssh_executable: '/opt/ssh' }, 'ansible_ssh_executable of h1 is not supported: no ssh program is run'],
    [
      { ansible_user: '{{ user }}' },
      'ansible_user of h1 holds a template, and templates in inventories are not evaluated (write the value itself)',
    ],
    [
      { ansible_user: { __ansible_vault: 'x' } },
      'ansible_user of h1 is encrypted, and messages and records would tell it (only passwords may be: write it in plain text)',
    ],
    [{ ansible_host: ['a'] }, 'ansible_host of h1 must be a single value, not a list or a mapping'],
    [{ ansible_host: 'a;b' }, 'ansible_host of h1 is no address: "a;b" holds ";" (set ansible_host)'],
    [{ ansible_host: 'ops@a' }, 'ansible_host of h1 is no address: "ops@a" holds "@" (the user belongs into ansible_user)'],
    [{ ansible_port: 'ssh' }, 'ansible_port of h1 is no port: "ssh" (a port is a number from 1 to 65535)'],
    [{ ansible_port: 65_536 }, 'ansible_port of h1 is no port: "65536" (a port is a number from 1 to 65535)'],
    [{ ansible_user: '-l' }, 'ansible_user of h1 cannot be a user: "-l" begins with "-"'],
    [{ ansible_become_user: 'a b' }, 'ansible_become_user of h1 cannot be a user: "a b" holds a blank or a control character'],
    [{ ansible_become: 'perhaps' }, 'ansible_become of h1 is neither yes nor no: "perhaps"'],
    [{ ansible_ssh_timeout: 0 }, 'ansible_ssh_timeout of h1 is no time in seconds: "0"'],
    [{ ansible_ssh_private_key_file: '~root/key' }, 'the path ~root/key of h1 cannot be resolved (write the whole path)'],
    [{ ansible_ssh_private_key_file: '/keys/%h' }, 'the path /keys/%h of h1 holds a placeholder of ssh, which is not supported'],
    ...['-o StrictHostKeyChecking=no', '-A', 'word', '-o User', '-o ForwardAgent=yes', '-o PermitLocalCommand=yes'].map(
      (args): readonly [JsonObject, string] => [
        { ansible_ssh_common_args: args },
        `ansible_ssh_common_args of h1 cannot be used: the ssh argument ${args} is not supported ${understood}`,
      ],
    ),
    ...['a b', '-oProxyCommand=x', 'user@', 'bastion:0', '[::1', 'a,,b'].map((jump): readonly [JsonObject, string] => [
      { ansible_ssh_common_args: `-J '${jump}'` },
      `the jump host "${jump === 'a,,b' ? '' : jump}" of h1 cannot be used (write it as [user@]host[:port])`,
    ]),
    [
      { ansible_ssh_common_args: '-o ProxyCommand="nc %C %h"' },
      'the ProxyCommand of h1 holds %C, which is not supported (known are %h, %n, %p, %r and %%)',
    ],
    [{ ansible_ssh_args: '-i' }, 'ansible_ssh_args of h1 cannot be used: the ssh argument -i has no value'],
    [{ ansible_ssh_extra_args: "-i 'x" }, "ansible_ssh_extra_args of h1 cannot be used: no closing ' for the one in column 4"],
    [
      { ansible_ssh_common_args: '-o UserKnownHostsFile=/dev/null' },
      'ansible_ssh_common_args of h1 cannot be used: UserKnownHostsFile=/dev/null is refused: host keys are always checked (name a file that holds the host keys)',
    ],
  ];
  test.each(cases)('%j', (vars, message) => {
    expect(failureText(target(vars))).toBe(message);
  });

  test('a name that is no address asks for ansible_host', () => {
    expect(failureText(target({}, DEFAULTS, 'ops@web'))).toBe(
      'the name of ops@web is no address: it holds "@" (the user belongs into ansible_user)',
    );
    expect(unwrap(target({ ansible_host: 'web' }, DEFAULTS, 'ops@web')).target).toMatchObject({ host: 'ops@web', address: 'web' });
  });
});
