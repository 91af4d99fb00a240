import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { noTerminal, Pty } from '../e2e/pty.ts';
import { runbook } from '../lab/command-line.ts';
import { type Certified, startCertified } from './certified.ts';
import { type Sshd, startSshd, whyNoSshd } from './sshd.ts';

const missing = whyNoSshd() ?? noTerminal;

const LOOK = `apiVersion: runbook/v1
name: look
summary: Looks at a host, and asks another one
hosts: all
diagnose:
  - { id: name, uses: command.probe, with: { argv: [uname], read_only: true } }
  - { id: other, uses: command.probe, on: bastion, with: { argv: [uname], read_only: true } }
`;

describe.skipIf(missing !== undefined)(`the first key of a host${missing === undefined ? '' : ` (skipped: ${missing})`}`, () => {
  let host: Sshd;
  let bastion: Sshd;
  let certified: Certified;
  let directory: string;
  let known: string;

  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'runbook-first-'));
    known = join(directory, 'known_hosts');
    [host, bastion] = await Promise.all([startSshd({ hostKeys: ['ed25519', 'ecdsa'] }), startSshd()]);
    certified = await startCertified(bastion);
  });
  beforeEach(() => rmSync(known, { force: true }));
  afterAll(async () => {
    await host?.stop();
    await certified?.stop();
    await bastion?.stop();
    rmSync(directory, { recursive: true, force: true });
  });

  /** `ping` of hosts where the configuration says so of StrictHostKeyChecking, as arguments. */
  function pinging(hosts: string, strict: string, ...more: readonly string[]): readonly string[] {
    const config = join(directory, 'config');
    const server = (name: string, { port, directory: keys }: Sshd) =>
      `Host ${name}\n  Port ${port}\n  IdentityFile ${join(keys, 'id_user')}\n`;
    const common = `Host *\n  HostName 127.0.0.1\n  IdentityAgent none\n  UserKnownHostsFile ${known}\n  HashKnownHosts no\n`;
    writeFileSync(
      config,
      `StrictHostKeyChecking ${strict}\n${server('web* inside', host)}${server('bastion', bastion)}Host inside\n  ProxyJump bastion\n${common}`,
    );
    return ['ping', '-i', `${hosts},`, '--ssh-config', config, ...more];
  }

  const names = () =>
    readFileSync(known, 'utf8')
      .trim()
      .split('\n')
      .map((line) => line.split(' ').slice(0, 2).join(' '))
      .sort();
  const ofHost = () => ['ecdsa-sha2-nistp256', 'ssh-ed25519'].map((type) => `[127.0.0.1]:${host.port} ${type}`);

  it.each(['ssh2', 'openssh'])(
    'is taken at a terminal where the configuration says accept-new, shown, and known from then on, by %s',
    async (client) => {
      const arguments_ = pinging('web1,web2', 'accept-new', '--transport', client);
      const first = Pty.runbook(arguments_, { columns: 120 });
      expect(await first.exitCode()).toBeOneOf([0, 3]);
      expect(first.screen.text).toContain('2 host keys were not known and added to');
      expect(first.screen.text.match(/ssh-ed25519 SHA256:/g)).toHaveLength(1);
      expect(first.screen.text).not.toContain('cannot');
      expect(names()).toEqual(ofHost());
      const again = Pty.runbook(arguments_);
      expect(await again.exitCode()).toBeOneOf([0, 3]);
      expect(again.screen.text).not.toContain('not known');
    },
  );

  it('is taken on the way to a host that lies behind others, first things first', async () => {
    const pty = Pty.runbook(pinging('inside', 'accept-new'), { columns: 120 });
    expect(await pty.exitCode()).toBeOneOf([0, 3]);
    expect(names()).toEqual([...ofHost(), `[127.0.0.1]:${bastion.port} ssh-ed25519`].sort());
  });

  it('is taken on the way to a host behind a hop that ssh alone can log in to, and hostkeys add takes it there, too', async () => {
    const { sshd, userKey, hostAuthority } = certified;
    const [command, ...arguments_] = pinging('behind', 'accept-new');
    const hop = `  Port ${sshd.port}\n  IdentityFile ${userKey}\n  CertificateFile ${userKey}-cert.pub\n`;
    const behind = `Host behind\n  Port ${host.port}\n  IdentityFile ${join(host.directory, 'id_user')}\n  ProxyJump cert1\nHost cert1\n${hop}`;
    const config = join(directory, 'config');
    writeFileSync(config, `StrictHostKeyChecking accept-new\n${behind}${readFileSync(config, 'utf8')}`);
    const authority = `@cert-authority [127.0.0.1]:${sshd.port} ${hostAuthority}\n`;
    const learnt = () => names().filter((line) => !line.startsWith('@'));

    writeFileSync(known, authority);
    const pty = Pty.runbook([command ?? '', ...arguments_], { columns: 120 });
    expect([await pty.exitCode(), pty.screen.text]).toEqual([expect.toBeOneOf([0, 3]), expect.stringContaining('2 host keys')]);
    expect(learnt()).toEqual(ofHost());

    writeFileSync(known, authority);
    expect((await runbook(['hostkeys', 'add', '-y', ...arguments_])).err).toContain('Added 2 keys');
    expect(learnt()).toEqual(ofHost());
  });

  it('is taken of a host that a step asks with on: and the run does not name', async () => {
    const [, , , ...more] = pinging('web1,bastion', 'accept-new');
    const book = join(directory, 'look.yaml');
    writeFileSync(book, LOOK);
    const pty = Pty.runbook(['diagnose', book, '-i', 'web1,bastion,', '-l', 'web1', ...more], { columns: 120 });
    expect([await pty.exitCode(), pty.screen.text]).toEqual([0, expect.stringContaining('1 host key was not known')]);
    expect(names()).toEqual([...ofHost(), `[127.0.0.1]:${bastion.port} ssh-ed25519`].sort());
  });

  it('loses none of those that two runs take at the same time', async () => {
    const runs = ['web1', 'bastion'].map((name) => Pty.runbook(pinging(name, 'accept-new')));
    for (const run of runs) expect(await run.exitCode()).toBeOneOf([0, 3]);
    expect(names()).toEqual([...ofHost(), `[127.0.0.1]:${bastion.port} ssh-ed25519`].sort());
  });

  it.each(['ssh2', 'openssh'])('is not taken where the host is known by another one, by %s', async (client) => {
    const line = `[127.0.0.1]:${host.port} ${bastion.hostKey('ed25519')}\n`;
    writeFileSync(known, line);
    const pty = Pty.runbook(pinging('web1', 'accept-new', '--transport', client), { columns: 120 });
    expect(await pty.exitCode()).toBe(4);
    expect(readFileSync(known, 'utf8')).toBe(line);
  });

  it.each([
    ['there is no terminal', () => runbook(pinging('web1', 'accept-new')).then(({ code }) => code)],
    ['it is CI that has one', () => Pty.runbook(pinging('web1', 'accept-new'), { env: { CI: 'true' } }).exitCode()],
    ['the configuration says ask', () => Pty.runbook(pinging('web1', 'ask')).exitCode()],
    ['there is no terminal, by ssh', () => runbook(pinging('web1', 'accept-new', '--transport', 'openssh')).then(({ code }) => code)],
  ])('is not taken where %s', async (_, code) => {
    expect(await code()).toBe(4);
    expect(existsSync(known)).toBe(false);
  });

  it.each(['ssh2', 'openssh'])('is not taken where the configuration says no, which is told once, by %s', async (client) => {
    const pty = Pty.runbook(pinging('web1,web2', 'no', '--transport', client), { columns: 150 });
    expect(await pty.exitCode()).toBe(4);
    expect(pty.screen.text.match(/note: host keys of 2 hosts are checked, though/g)).toHaveLength(1);
    expect(existsSync(known)).toBe(false);
  });
});
