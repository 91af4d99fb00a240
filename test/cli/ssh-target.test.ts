import { describe, expect, test } from 'vitest';
import { sshTarget, type TargetWithSecrets } from '../../src/cli/ssh-target.ts';
import type { Result } from '../../src/domain/failure.ts';
import type { JsonObject } from '../../src/domain/json.ts';
import type { RequestDefaults } from '../../src/inventory/ssh-request.ts';
import { KnownHostsReader } from '../../src/transport/host-key-check.ts';
import { openSshConfig } from '../../src/transport/ssh-config/ssh-config.ts';
import { failureText, unwrap } from '../inventory/memory-io.ts';
import { memoryIo } from '../transport/ssh-config/memory-io.ts';

const GLOBAL = ['/etc/ssh/ssh_known_hosts', '/etc/ssh/ssh_known_hosts2'];

const PLAIN = {
  host: 'h1',
  address: 'h1',
  port: 22,
  user: 'me',
  identityFiles: ['/home/me/.ssh/id_ed25519'],
  agent: '/run/agent',
  knownHostsFiles: ['/home/me/.ssh/known_hosts', '/home/me/.ssh/known_hosts2', ...GLOBAL],
  connectTimeoutMs: 10_000,
  keepAliveMs: 15_000,
  become: { enabled: false, user: 'root' },
};

/** A jump host: with the defaults, whatever is said for the host behind it. */
function jump(said: object): object {
  const { become: _, ...endpoint } = PLAIN;
  return { ...endpoint, ...said };
}

/** A machine whose user has one of the usual keys, an agent, and this configuration of ssh. */
async function target(
  vars: JsonObject,
  defaults: RequestDefaults = {},
  name = 'h1',
  text = '',
  certified = '',
): Promise<Result<TargetWithSecrets>> {
  const io = memoryIo({ '/home/me/.ssh/config': text }, { SSH_AUTH_SOCK: '/run/agent' });
  const config = await openSshConfig(io, { exec: 'refuse' });
  const keys = { exists: (path: string) => path.endsWith('id_ed25519'), typeOf: () => undefined };
  const agents = { in: async (socket: string) => socket === certified };
  return sshTarget({ name, groups: [], vars }, defaults, { config, keys, knownHosts: new KnownHostsReader(), agents });
}

test.each<readonly [string, JsonObject, string, string, boolean]>([
  ['that holds one', {}, '', '/run/agent', true],
  ['that holds none', {}, '', '', false],
  ['that ssh is told of', {}, 'IdentityAgent /run/other', '/run/other', true],
  ['that ssh is told to leave alone', {}, 'IdentityAgent none', '/run/agent', false],
  ['while IdentitiesOnly wants just what is named', {}, 'IdentitiesOnly yes', '/run/agent', false],
  ['while a key is named for the host', { ansible_private_key_file: '/k' }, '', '/run/agent', false],
])('a certificate in an agent asks for ssh: an agent %s', async (_which, vars, config, holder, asks) => {
  const found = await target(vars, {}, 'h1', `${config}\n`, holder);
  const need = { what: 'a certificate', at: `the agent ${holder}`, isDefault: true };
  expect(found.ok && found.value.need).toEqual(asks ? need : undefined);
});

describe('the way to a host', () => {
  test('is its name and the defaults when the inventory says nothing', async () => {
    expect(unwrap(await target({ ansible_python_interpreter: '/usr/bin/python3', note: '{{ x }}' }))).toEqual({
      target: PLAIN,
      secrets: {},
      remembered: { file: '/home/me/.ssh/known_hosts', hashed: false },
    });
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
    [{ ansible_timeout: '2.5' }, { connectTimeoutMs: 3_000 }],
    [{ ansible_ssh_private_key_file: '/keys/%h' }, { identityFiles: ['/keys/h1'] }],
    [{ ansible_become: true }, { become: { enabled: true, user: 'root' } }],
    [{ ansible_become: 'Yes', ansible_become_user: 'app' }, { become: { enabled: true, user: 'app' } }],
    [{ ansible_become: 'no' }, { become: { enabled: false, user: 'root' } }],
    [{ ansible_connection: 'ssh', ansible_become_method: 'sudo', ansible_host_key_checking: true, ansible_ssh_executable: 'ssh' }, {}],
    [{ ansible_become_flags: '-H -S -n', ansible_become_exe: '/usr/bin/sudo', ansible_ssh_executable: '/usr/bin/ssh' }, {}],
    [{ ansible_ssh_common_args: '-o PreferredAuthentications=publickey -o ForwardAgent=no -o ServerAliveCountMax=5' }, {}],
    [{ ansible_ssh_common_args: '-o IdentitiesOnly=yes -o ServerAliveInterval=30' }, { identitiesOnly: true, keepAliveMs: 30_000 }],
    [{ ansible_ssh_common_args: '-o UserKnownHostsFile=~/kh' }, { knownHostsFiles: ['/home/me/kh', ...GLOBAL] }],
    [{ ansible_ssh_common_args: '-C -q -o ControlMaster=auto -o ControlPersist=60s -o HostKeyAlias=Db' }, { hostKeyAlias: 'db' }],
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
    [{ ansible_ssh_extra_args: '-o "UserKnownHostsFile /a /b"' }, { knownHostsFiles: ['/a', '/b', ...GLOBAL] }],
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
  test.each(cases)('%j changes %j', async (vars, expected) => {
    expect(unwrap(await target(vars)).target).toEqual({ ...PLAIN, ...expected });
  });

  test('leaves passwords out of the target, under names', async () => {
    const { target: made, secrets } = unwrap(await target({ ansible_password: 'p1', ansible_become_pass: 1234, ansible_become: true }));
    expect(made.password).toEqual({ secret: 'inventory:h1:login' });
    expect(made.become).toEqual({ enabled: true, user: 'root', password: { secret: 'inventory:h1:become' } });
    const revealed = Object.entries(secrets).map(([name, secret]) => [name, 'reveal' in secret && secret.reveal()]);
    expect(Object.fromEntries(revealed)).toEqual({ 'inventory:h1:login': 'p1', 'inventory:h1:become': '1234' });
    expect(JSON.stringify([made, secrets])).not.toMatch(/p1|1234/);
  });

  test('takes passwords and privilege from the defaults where the inventory is silent', async () => {
    const asked = { password: { secret: 'login' }, becomePassword: { secret: 'sudo' } };
    expect(unwrap(await target({ ansible_become: true }, asked))).toEqual({
      target: { ...PLAIN, password: { secret: 'login' }, become: { enabled: true, user: 'root', password: { secret: 'sudo' } } },
      secrets: {},
      remembered: { file: '/home/me/.ssh/known_hosts', hashed: false },
    });
    expect(unwrap(await target({ ansible_become: false, ansible_ssh_pass: 'x' }, asked)).target).toMatchObject({
      password: { secret: 'inventory:h1:login' },
      become: { enabled: false },
    });
  });
});

describe('the configuration of ssh', () => {
  const CONFIG = `Host web
  HostName web.internal.example.com
  User deploy
  Port 2222
  IdentityFile ~/.ssh/%r
  IdentitiesOnly yes
  ServerAliveInterval 5
  ConnectTimeout 3
  ProxyJump ops@bastion
Host bastion
  HostName 192.0.2.1
  Port 443
  ProxyCommand relay %h %p
  UserKnownHostsFile ~/bastions
Host db
  HostKeyAlias the-database
  IdentityAgent none
  AddressFamily inet6
  BindAddress fd00::1
`;

  test('says of a host and of its jump host all that the inventory does not say', async () => {
    expect(unwrap(await target({ ansible_host: 'web' }, {}, 'h1', CONFIG)).target).toEqual({
      ...PLAIN,
      alias: 'web',
      address: 'web.internal.example.com',
      user: 'deploy',
      port: 2222,
      identityFiles: ['/home/me/.ssh/deploy'],
      identitiesOnly: true,
      keepAliveMs: 5_000,
      connectTimeoutMs: 3_000,
      jumps: [
        jump({
          host: 'bastion',
          alias: 'bastion',
          address: '192.0.2.1',
          user: 'ops',
          port: 443,
          proxyCommand: 'relay 192.0.2.1 443',
          knownHostsFiles: ['/home/me/bastions', ...GLOBAL],
        }),
      ],
    });
  });

  test('gives way to the inventory, whose keys come before its own', async () => {
    const vars = {
      ansible_host: 'web',
      ansible_user: 'root',
      ansible_port: 22,
      ansible_ssh_private_key_file: '/keys/mine',
      ansible_ssh_common_args: '-o ProxyJump=none',
    };
    const { target: made } = unwrap(await target(vars, {}, 'h1', CONFIG));
    expect(made).toMatchObject({
      address: 'web.internal.example.com',
      user: 'root',
      port: 22,
      identityFiles: ['/keys/mine', '/home/me/.ssh/root'],
    });
    expect(made.jumps).toBeUndefined();
  });

  test('has its own word for the kinds of host keys that count', async () => {
    const text = 'Host h1\n  HostKeyAlgorithms rsa-sha2-512,ssh-ed25519\n';
    const { target: to } = unwrap(await target({}, {}, 'h1', text));
    expect(to.hostKeyAlgorithms).toEqual(['rsa-sha2-512', 'ssh-ed25519']);
    expect(unwrap(await target({})).target.hostKeyAlgorithms).toBeUndefined();
  });

  test('names the key that counts, where connections come from and go to, and may take the agent away', async () => {
    const { target: made } = unwrap(await target({}, {}, 'db', CONFIG));
    expect(made.hostKeyAlias).toBe('the-database');
    expect(made.agent).toBeUndefined();
    expect([made.addressFamily, made.bindAddress]).toEqual(['inet6', 'fd00::1']);
  });

  test('that is wrong is a failure with its place, before any contact', async () => {
    expect(failureText(await target({}, {}, 'h1', 'Host *\n  Prot 22\n'))).toMatch(/\.ssh\/config:2.*Prot/);
  });
});

describe('what cannot be honoured is refused by name', () => {
  const understood =
    '(understood are -i, -l, -p, -J and -o IdentityFile, User, Port, ConnectTimeout, UserKnownHostsFile, StrictHostKeyChecking (yes, accept-new), ProxyJump, ProxyCommand, HostKeyAlias, IdentitiesOnly, ServerAliveInterval, AddressFamily, BindAddress)';
  const cases: readonly (readonly [JsonObject, string])[] = [
    [{ ansible_connection: 'local' }, 'ansible_connection of h1 is "local", but hosts are reached by SSH only'],
    [{ ansible_connection: 'docker' }, 'ansible_connection of h1 is "docker", but hosts are reached by SSH only'],
    [{ ansible_become_method: 'pfexec' }, 'ansible_become_method of h1 is "pfexec", but only sudo, doas and su are supported'],
    [{ ansible_become_flags: '-H -i' }, 'ansible_become_flags of h1 is not supported'],
    [
      { ansible_host_key_checking: false },
      'ansible_host_key_checking of h1 switches host key checking off, but host keys are always checked',
    ],
    [{ ansible_ssh_executable: '/opt/ssh' }, 'ansible_ssh_executable of h1 is not supported: no other ssh is run'],
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
    [
      { ansible_ssh_private_key_file: '~root/key' },
      'ansible_ssh_private_key_file of h1: IdentityFile ~root/key: there is no user "root" on this machine',
    ],
    ...['-o StrictHostKeyChecking=no', '-A', 'word', '-o User', '-o ForwardAgent=yes', '-o PermitLocalCommand=yes'].map(
      (args): readonly [JsonObject, string] => [
        { ansible_ssh_common_args: args },
        `ansible_ssh_common_args of h1 cannot be used: the ssh argument ${args} is not supported ${understood}`,
      ],
    ),
    ...['-oProxyCommand=x', 'user@', 'bastion:0', '[::1', 'a,,b'].map((jump): readonly [JsonObject, string] => [
      { ansible_ssh_common_args: `-J '${jump}'` },
      `an ssh argument of h1: ProxyJump: "${jump}" is no list of [user@]host[:port]`,
    ]),
    [{ ansible_ssh_common_args: '-o ProxyCommand="nc %C %h"' }, 'an ssh argument of h1: ProxyCommand: %C is no token here'],
    [{ ansible_ssh_args: '-i' }, 'ansible_ssh_args of h1 cannot be used: the ssh argument -i has no value'],
    [{ ansible_ssh_extra_args: "-i 'x" }, "ansible_ssh_extra_args of h1 cannot be used: no closing ' for the one in column 4"],
    [
      { ansible_ssh_common_args: '-o UserKnownHostsFile=/dev/null' },
      'ansible_ssh_common_args of h1 cannot be used: UserKnownHostsFile=/dev/null is refused: host keys are always checked (name a file that holds the host keys)',
    ],
  ];
  test.each(cases)('%j', async (vars, message) => {
    expect(failureText(await target(vars))).toBe(message);
  });

  test('a name that is no address asks for ansible_host', async () => {
    expect(failureText(await target({}, {}, 'ops@web'))).toBe(
      'the name of ops@web is no address: it holds "@" (the user belongs into ansible_user)',
    );
    expect(unwrap(await target({ ansible_host: 'web' }, {}, 'ops@web')).target).toMatchObject({ host: 'ops@web', address: 'web' });
  });
});
