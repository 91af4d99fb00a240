import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventsOf, outcomesOf, runbook } from '../lab/command-line.ts';
import { startAgent } from './agent.ts';
import { type Certified, startCertified } from './certified.ts';
import { type Sshd, startSshd, whyNoSshd } from './sshd.ts';

const missing = whyNoSshd();

const LOOK = `apiVersion: runbook/v1
name: look
summary: Looks at a host
hosts: all
diagnose:
  - { id: name, uses: command.probe, with: { argv: [uname], read_only: true } }
`;

describe.skipIf(missing !== undefined)(`the client that a host asks for${missing === undefined ? '' : ` (skipped: ${missing})`}`, () => {
  let plain: Sshd;
  let certified: Certified;
  let directory: string;
  let config: string;

  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'runbook-auto-'));
    plain = await startSshd();
    certified = await startCertified(plain);
    config = join(directory, 'config');
    const known = (file: string) => `UserKnownHostsFile ${file}`;
    writeFileSync(
      config,
      [
        'Host db1 behind',
        `  Port ${plain.port}`,
        `  IdentityFile ${join(plain.directory, 'id_user')}`,
        `  ${known(join(plain.directory, 'known_hosts'))}`,
        'Host behind',
        '  ProxyJump cert1',
        'Host cert*',
        `  Port ${certified.sshd.port}`,
        `  IdentityFile ${certified.userKey}`,
        `  CertificateFile ${certified.userKey}-cert.pub`,
        `  ${known(certified.knownHosts)}`,
        'Host *',
        '  HostName 127.0.0.1',
        '  IdentityAgent none',
        '',
      ].join('\n'),
    );
  });
  afterAll(async () => {
    await certified?.stop();
    await plain?.stop();
    rmSync(directory, { recursive: true, force: true });
  });

  it('is ssh where the agent alone has the certificate, and it is told', async () => {
    const agent = await startAgent([certified.userKey]);
    const own = join(directory, 'agent-config');
    const lines = ['HostName 127.0.0.1', `Port ${certified.sshd.port}`, `UserKnownHostsFile ${certified.knownHosts}`];
    // Its own authority is no reason here.
    writeFileSync(own, [...lines, `IdentityAgent ${agent.socket}`, ''].join('\n'));
    writeFileSync(certified.knownHosts, `[127.0.0.1]:${certified.sshd.port} ${certified.hostKey}\n`, { flag: 'a' });
    const { code, out, err } = await runbook(['ping', '-i', 'agent1,', '--ssh-config', own]);
    await agent.stop();
    expect([code, out]).toEqual([expect.toBeOneOf([0, 3]), expect.not.stringContaining('cannot')]);
    expect(err.replaceAll(/\s+/g, ' ')).toContain(`agent1 goes over ssh, since a certificate in the agent ${agent.socket}`);
  });

  const ping = (hosts: string, ...more: readonly string[]) => runbook(['ping', '-i', `${hosts},`, '--ssh-config', config, ...more]);

  /** Names of the clients that have greeted an sshd. */
  const clients = (sshd: Sshd) => new Set([...sshd.log().matchAll(/remote software version (\w+)/g)].map((match) => match[1]));

  it('is ssh for those with certificates, and the built-in one for the others, and it is told once', async () => {
    const { code, out, err } = await ping('db1,cert1,cert2');
    expect([code, out]).toEqual([expect.toBeOneOf([0, 3]), expect.not.stringContaining('cannot')]);
    expect(err.match(/2 hosts go over ssh, since CertificateFile in \S+config:10\n/g)).toHaveLength(1);
    expect(clients(plain)).toEqual(new Set(['ssh2js1']));
    expect(clients(certified.sshd)).toEqual(new Set(['OpenSSH_9']));
  });

  it('is ssh for a host that is alone behind a jump host with a certificate', async () => {
    const { out, err } = await ping('behind');
    expect(out).not.toContain('cannot');
    expect(err).toContain('behind goes over ssh, since CertificateFile in');
    expect(clients(plain)).toContain('OpenSSH_9');
  });

  it('is told as JSON: by host where hosts are listed, and in the first event of a run', async () => {
    const pinged = JSON.parse((await ping('db1,cert1', '--json')).out) as readonly { host: string; overSsh?: object }[];
    expect(Object.fromEntries(pinged.map(({ host, overSsh }) => [host, overSsh]))).toEqual({
      db1: undefined,
      cert1: { what: 'CertificateFile', at: `${config}:10` },
    });
    const file = join(directory, 'look.yaml');
    writeFileSync(file, LOOK);
    const run = await runbook(['diagnose', file, '-i', 'db1,cert1,', '--ssh-config', config, '--json']);
    expect(outcomesOf(run)).toEqual({ db1: 'healthy', cert1: 'healthy' });
    expect(eventsOf(run)[0]).toMatchObject({ overSsh: [{ what: 'CertificateFile', at: `${config}:10`, hosts: ['cert1'] }] });
  });

  it('is none where there is a password as well, and the host is told before it is asked', async () => {
    const inventory = join(directory, 'hosts.yaml');
    writeFileSync(inventory, JSON.stringify({ all: { hosts: { cert1: { ansible_password: 'sesame' } } } }));
    const before = certified.sshd.log();
    const { code, out } = await runbook(['ping', '-i', inventory, '--ssh-config', config]);
    expect([code, out]).toEqual([3, expect.stringContaining('cert1 has a password in the inventory, but CertificateFile in')]);
    expect(certified.sshd.log()).toBe(before);
  });

  it('is the built-in one where it is named: it is told, and what it lacks is refused with a way out', async () => {
    const { code, out, err } = await ping('cert1,cert2', '--transport', 'ssh2');
    expect(err).toContain('2 hosts ask for CertificateFile in');
    expect([code, out]).toEqual([4, expect.stringContaining('--transport openssh')]);
  });

  it('is ssh for all where it is named, by the configuration that is named', async () => {
    const { code, out, err } = await ping('db1,cert1', '--transport', 'openssh');
    expect([code, out, err]).toEqual([expect.toBeOneOf([0, 3]), expect.not.stringContaining('cannot'), '']);
  });
});
