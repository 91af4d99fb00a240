import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { noTerminal, Pty } from '../e2e/pty.ts';
import { runbook } from '../lab/command-line.ts';
import { fleetIsMissing, run } from '../lab/commands.ts';
import { type HostWish, TestFleet } from '../lab/fleet.ts';
import { type Agent, startAgent } from '../ssh/agent.ts';

const missing = fleetIsMissing();
const noIpv6 = existsSync('/proc/net/if_inet6') ? undefined : 'this kernel has no IPv6';

const PASSWORD = `P4ss "word'$x`;

/** Files before `test.conf` win, but for MaxStartups, of which sshd takes the last. */
function sshd(name: string, text: string): HostWish {
  return { files: { [`/etc/ssh/sshd_config.d/${name}.conf`]: { text } } };
}

const WISHES = {
  bastion: sshd('z', 'MaxStartups 2:100:2\n'),
  relay: {},
  inner: sshd(
    'a',
    'MaxAuthTries 3\nTrustedUserCAKeys /etc/ssh/user_ca.pub\nHostCertificate /etc/ssh/ssh_host_ed25519_key-cert.pub\nMatch User pat\n  KbdInteractiveAuthentication yes\n  PubkeyAuthentication no\nMatch User both\n  KbdInteractiveAuthentication yes\n  AuthenticationMethods publickey,keyboard-interactive\nMatch all\n',
  ),
} as const satisfies Record<string, HostWish>;

describe.skipIf(missing)(`logins on real hosts${missing ? ` (${missing})` : ''}`, () => {
  let fleet: TestFleet;
  let agent: Agent | undefined;

  const at = (name: string) => join(fleet.directory, name);
  const inner = () => fleet.host('inner');

  async function newKey(name: string, passphrase = ''): Promise<string> {
    await run('ssh-keygen', ['-q', '-t', 'ed25519', '-a', '16', '-N', passphrase, '-C', name, '-f', at(name)]);
    return at(name);
  }

  beforeAll(async () => {
    fleet = await TestFleet.up(WISHES);
    const host = inner();
    for (const name of ['host_ca', 'user_ca']) await newKey(name);
    writeFileSync(at('inner.pub'), host.read('/etc/ssh/ssh_host_ed25519_key.pub'));
    await run('ssh-keygen', ['-q', '-s', at('host_ca'), '-I', 'inner', '-h', '-n', `inner,${host.address}`, at('inner.pub')]);
    host.write('/etc/ssh/ssh_host_ed25519_key-cert.pub', readFileSync(at('inner-cert.pub')));
    host.write('/etc/ssh/user_ca.pub', readFileSync(at('user_ca.pub')));
    for (const name of ['pat', 'both']) {
      await host.exec('useradd', '--create-home', '--shell', '/bin/bash', name);
      host.write(`/etc/sudoers.d/${name}`, `${name} ALL=(ALL:ALL) ALL\n`, 0o440);
    }
    await host.exec('sh', '-c', 'printf "%s\\n" "$1" "$2" | chpasswd', 'sh', `pat:${PASSWORD}`, `both:${PASSWORD}`);
    host.write('/home/both/.ssh/authorized_keys', readFileSync(`${fleet.key}.pub`), 0o600);
    await host.exec('chown', '-R', 'both:', '/home/both');
    await host.exec('systemctl', 'restart', 'ssh');
  });
  afterEach(async () => {
    await agent?.stop();
    agent = undefined;
  });
  afterAll(async () => {
    await fleet?.[Symbol.asyncDispose]();
  });

  /** The words that have ping reach hosts, `Host` lines of a configuration before those that hold for all, and variables of the inventory. */
  function pinging(hosts: Readonly<Record<string, object>>, config: string): readonly string[] {
    const file = at('config');
    const common = `Host * !unnamed\n  IdentityFile ${fleet.key}\nHost *\n  User ops\n  IdentityAgent none\n  UserKnownHostsFile ${fleet.knownHosts}\n  ConnectTimeout 30\n`;
    const hops = ['bastion', 'relay', 'inner'].map((name) => `Host ${name}\n  HostName ${fleet.host(name).address}\n`);
    writeFileSync(file, [config, ...hops, common].join(''));
    const inventory = at('hosts.yaml');
    writeFileSync(inventory, JSON.stringify({ all: { hosts } }));
    return ['ping', '-i', inventory, '--ssh-config', file];
  }

  /** Every host was reached and can be changed; what was said of the way. */
  async function reaches(hosts: Readonly<Record<string, object>>, config: string, ...more: readonly string[]): Promise<string> {
    const { out, err, code } = await runbook([...pinging(hosts, config), '--json', ...more]);
    const rows = JSON.parse(out) as readonly { readonly host: string; readonly reached: boolean; readonly findings: readonly unknown[] }[];
    expect(rows.filter(({ reached }) => !reached)).toEqual([]);
    expect([rows.length, code]).toEqual([Object.keys(hosts).length, 0]);
    return err;
  }

  /** The last login that the host's own journal has. */
  async function lastLogin(): Promise<string> {
    const log = await inner().exec('journalctl', '-q', '-o', 'cat', '-u', 'ssh', '-g', '^Accepted ');
    return log.trim().split('\n').at(-1) ?? '';
  }

  const become = { ansible_become: true };

  it('lead through two jump hosts', async () => {
    expect(await reaches({ inner: become }, 'Host inner\n  ProxyJump bastion,relay\n')).toBe('');
    expect(await lastLogin()).toContain(`Accepted publickey for ops from ${fleet.host('relay').address}`);
  });

  it('are those of ssh where an authority has certified host and user', async () => {
    const user = await newKey('certified');
    await run('ssh-keygen', ['-q', '-s', at('user_ca'), '-I', 'me', '-n', 'ops', `${user}.pub`]);
    const known = at('known_hosts_ca');
    writeFileSync(known, `@cert-authority inner,198.18.* ${readFileSync(at('host_ca.pub'), 'utf8')}`);
    const config = `Host inner\n  UserKnownHostsFile ${known}\n  IdentityFile ${user}\n  IdentitiesOnly yes\n`;
    expect(await reaches({ inner: become }, config)).toContain(`inner goes over ssh, since the certificate in ${user}-cert.pub`);
    expect(await lastLogin()).toMatch(/Accepted publickey for ops .*ED25519-CERT/);
  });

  it('show the named key of an agent with five first, where a host takes three', async () => {
    const strangers = await Promise.all([1, 2, 3, 4].map((n) => newKey(`stranger${n}`)));
    agent = await startAgent([...strangers, fleet.key]);
    await reaches({ inner: become }, `Host inner\n  IdentityAgent ${agent.socket}\n`);
    const config = `Host unnamed\n  HostName ${inner().address}\n  IdentityFile ${at('no-such')}\n  IdentityAgent ${agent.socket}\n`;
    const { out } = await runbook(pinging({ unnamed: become }, config));
    // The same keys, of which none is named before the others: its turn comes too late.
    expect(out).toContain('Too many authentication failures');
  });

  it.skipIf(noTerminal !== undefined)('ask for the passphrase of an encrypted key, once for two hosts', async () => {
    const key = await newKey('encrypted', 'open sesame');
    for (const name of ['relay', 'inner']) {
      const file = '/home/ops/.ssh/authorized_keys';
      fleet.host(name).write(file, `${fleet.host(name).read(file).toString()}${readFileSync(`${key}.pub`, 'utf8')}`, 0o600);
    }
    const hosts = { relay: become, inner: become };
    const vars = Object.fromEntries(Object.keys(hosts).map((name) => [name, { ...become, ansible_ssh_private_key_file: key }]));
    const pty = Pty.runbook(pinging(vars, 'Host relay inner\n  IdentitiesOnly yes\n'), { columns: 140 });
    await pty.waitFor(/key:\S+encrypted/);
    pty.type('open sesame\r');
    expect(await pty.exitCode()).toBe(0);
    expect(pty.screen.text).toContain('2 of 2 can be changed');
    expect(pty.screen.text).not.toContain('open sesame');
  });

  it('are by a password that PAM asks for, and sudo by another question', async () => {
    const vars = { ansible_user: 'pat', ansible_password: PASSWORD, ansible_become: true, ansible_become_password: PASSWORD };
    await reaches({ inner: vars }, '');
    expect(await lastLogin()).toContain('Accepted keyboard-interactive/pam for pat');
    const wrong = { ...vars, ansible_password: 'wrong' };
    expect((await runbook(pinging({ inner: wrong }, ''))).out).toContain('pat cannot log in on inner');
  });

  it('are by a key and then the password, where a host wants both; a person is asked where the inventory has none', async () => {
    const vars = { ansible_user: 'both', ansible_become: true, ansible_become_password: PASSWORD };
    await reaches({ inner: { ...vars, ansible_password: PASSWORD } }, '');
    expect(await lastLogin()).toContain('Accepted keyboard-interactive/pam for both');
    const { out } = await runbook(pinging({ inner: vars }, ''));
    expect(out.replace(/\s+/g, ' ')).toMatch(/the host asked ".*Password:", and nobody was there to answer/);
    if (noTerminal !== undefined) return;
    const pty = Pty.runbook(pinging({ inner: vars }, ''), { columns: 140 });
    await pty.waitFor(/inner asks: .*Password:/);
    pty.type(`${PASSWORD}\r`);
    expect(await pty.exitCode()).toBe(0);
    expect(pty.screen.text).toContain('1 of 1 can be changed');
  });

  it('reach thirty hosts behind a jump host that takes two newcomers at a time', async () => {
    const names = Array.from({ length: 30 }, (_, n) => `m${n + 1}`);
    const config = `Host m*\n  HostName ${inner().address}\n  HostKeyAlias ${inner().address}\n  ProxyJump bastion\n`;
    await reaches(Object.fromEntries(names.map((name) => [name, become])), config);
  });

  it('reach thirty names of a host that takes two newcomers at a time itself', async () => {
    const { address } = fleet.host('bastion');
    const names = Array.from({ length: 30 }, (_, n) => `b${n + 1}`);
    await reaches(Object.fromEntries(names.map((name) => [name, become])), `Host b*\n  HostName ${address}\n`);
    const log = await fleet.host('bastion').exec('journalctl', '-q', '-o', 'cat', '-u', 'ssh', '-g', 'MaxStartups');
    expect(log).toContain('past MaxStartups');
  });

  it.skipIf(noIpv6 !== undefined)(`go to an address of IPv6${noIpv6 ? ` (${noIpv6})` : ''}`, async () => {
    const address = await fleet.giveIpv6('relay');
    const known = at('known_hosts_6');
    writeFileSync(known, fleet.host('relay').knownHostsLine.replace(fleet.host('relay').address, address));
    for (const written of [address, `[${address}]`]) {
      await reaches({ six: { ...become, ansible_host: written } }, `Host fd00:*\n  UserKnownHostsFile ${known}\n`);
    }
    await reaches({ six: { ...become, ansible_host: address } }, `Host fd00:*\n  UserKnownHostsFile ${known}\n`, '--transport', 'openssh');
  });
});
