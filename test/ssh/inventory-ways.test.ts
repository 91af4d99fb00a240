import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runbook } from '../lab/command-line.ts';
import { type Sshd, startSshd, whyNoSshd } from './sshd.ts';

const missing = whyNoSshd();

describe.skipIf(missing !== undefined)(`what an inventory says of the way${missing === undefined ? '' : ` (skipped: ${missing})`}`, () => {
  let host: Sshd;
  let bastion: Sshd;
  let config: string;

  beforeAll(async () => {
    [host, bastion] = await Promise.all([startSshd(), startSshd()]);
    // What ssh's configuration says of a jump host, the inventory has no place for.
    config = join(bastion.directory, 'config');
    const knownHosts = join(bastion.directory, 'known_hosts');
    const jump = `Host bastion\n  HostName 127.0.0.1\n  Port ${bastion.port}\n  User ${bastion.user}\n  IdentityFile ${join(bastion.directory, 'id_user')}\n  UserKnownHostsFile ${knownHosts}\n`;
    const both = `Host inside\n  HostName 127.0.0.1\n  Port ${host.port}\n  ProxyJump bastion\n  IdentityFile ${join(host.directory, 'id_user')}\n  UserKnownHostsFile ${join(host.directory, 'known_hosts')}\n`;
    writeFileSync(config, `${jump}${both}Host *\n  IdentityAgent none\n`);
  });
  afterAll(async () => {
    await host?.stop();
    await bastion?.stop();
  });

  /** `runbook ping` of the host, with these arguments of ssh. */
  function ping(args: string, ...more: readonly string[]): ReturnType<typeof runbook> {
    const inventory = join(host.directory, 'hosts.yaml');
    const vars = {
      ansible_host: '127.0.0.1',
      ansible_port: host.port,
      ansible_user: host.user,
      ansible_ssh_private_key_file: join(host.directory, 'id_user'),
      ansible_ssh_common_args: `-o UserKnownHostsFile=${join(host.directory, 'known_hosts')} ${args}`,
    };
    writeFileSync(inventory, JSON.stringify({ all: { hosts: { web: vars } } }));
    return runbook(['ping', '-i', inventory, '--ssh-config', config, ...more]);
  }

  it('leads through a jump host', async () => {
    const { code, out } = await ping('-o ControlMaster=auto -J bastion');
    expect([code, out]).toEqual([expect.toBeOneOf([0, 3]), expect.not.stringContaining('cannot reach')]);
    expect(bastion.log()).toContain(`127.0.0.1 port ${host.port}`);
  });

  it('need not be said where the configuration of ssh says all of it', async () => {
    const { code, out } = await runbook(['ping', '-i', 'inside,', '--ssh-config', config]);
    expect([code, out]).toEqual([expect.toBeOneOf([0, 3]), expect.stringContaining('inside')]);
    expect(out).not.toContain('cannot reach');
  });

  it('leads over a ProxyCommand', async () => {
    const relay = `bash -c 'exec 3<>/dev/tcp/%h/%p; cat <&3 & cat >&3; kill $!'`;
    const { out } = await ping(`-o 'ProxyCommand=${relay.replaceAll("'", `'"'"'`)}'`);
    expect(out).not.toContain('cannot reach');
    expect(out).toContain('web');
  });

  it('is the same for the ssh of this machine', async () => {
    const { out } = await ping('', '--transport', 'openssh');
    expect(out).not.toMatch(/cannot (reach|log in)/);
    expect(out).toContain('web');
  });

  it('ends at a jump host whose key is not known, which is named', async () => {
    const { code, out } = await ping(`-J localhost:${bastion.port}`);
    expect([code, out]).toEqual([4, expect.stringMatching(/jump host localhost: the host key of localhost is not known/)]);
  });
});
