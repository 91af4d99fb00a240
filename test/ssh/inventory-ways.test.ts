import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runbook } from '../lab/command-line.ts';
import { type Sshd, startSshd, whyNoSshd } from './sshd.ts';

const missing = whyNoSshd();

describe.skipIf(missing !== undefined)(`what an inventory says of the way${missing === undefined ? '' : ` (skipped: ${missing})`}`, () => {
  let host: Sshd;
  let bastion: Sshd;
  let home: string;

  beforeAll(async () => {
    [host, bastion] = await Promise.all([startSshd(), startSshd()]);
    // A jump host is logged in to as ssh would without a configuration: by the user's own files.
    home = join(bastion.directory, 'home');
    mkdirSync(join(home, '.ssh'), { recursive: true });
    copyFileSync(join(bastion.directory, 'id_user'), join(home, '.ssh/id_ed25519'));
    writeFileSync(join(home, '.ssh/known_hosts'), `[127.0.0.1]:${bastion.port} ${bastion.hostKey('ed25519')}\n`);
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
    return runbook(['ping', '-i', inventory, ...more], { env: { HOME: home, SSH_AUTH_SOCK: '' } });
  }

  it('leads through a jump host', async () => {
    const { code, out } = await ping(`-o ControlMaster=auto -J ${bastion.user}@127.0.0.1:${bastion.port}`);
    expect([code, out]).toEqual([expect.toBeOneOf([0, 3]), expect.not.stringContaining('cannot reach')]);
    expect(bastion.log()).toContain(`127.0.0.1 port ${host.port}`);
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
    const { code, out } = await ping(`-J 127.0.0.1:${host.port}`);
    expect([code, out]).toEqual([4, expect.stringContaining('jump host 127.0.0.1: the host key of 127.0.0.1 is not known')]);
  });
});
