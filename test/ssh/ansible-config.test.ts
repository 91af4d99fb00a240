import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runbook } from '../lab/command-line.ts';
import { type Sshd, startSshd, whyNoSshd } from './sshd.ts';

const missing = whyNoSshd();

describe.skipIf(missing !== undefined)(`an ansible.cfg${missing === undefined ? '' : ` (skipped: ${missing})`}`, () => {
  let host: Sshd;
  let work: string;

  beforeAll(async () => {
    host = await startSshd();
    work = mkdtempSync(join(tmpdir(), 'runbook-ansible-'));
    mkdirSync(join(work, 'keys'));
    writeFileSync(join(work, 'hosts.ini'), '127.0.0.1\n');
    // It loses to the ansible.cfg, as it does where Ansible calls ssh.
    writeFileSync(join(work, 'config'), 'Host *\n  Port 1\n  User nobody-here\n  IdentityAgent none\n');
    writeFileSync(
      join(work, 'ansible.cfg'),
      `[defaults]
inventory = hosts.ini
remote_user = ${host.user}
remote_port = ${host.port}
private_key_file = ${host.directory}/id_user
host_key_checking = False
[ssh_connection]
ssh_args = -C -o ControlMaster=auto
  -o UserKnownHostsFile=${host.directory}/known_hosts -o ForwardAgent=yes
`,
    );
  });
  afterAll(async () => {
    await host?.stop();
    if (work) rmSync(work, { recursive: true, force: true });
  });

  const ping = (args: readonly string[], env: Record<string, string> = {}) =>
    runbook(['ping', '--ssh-config', join(work, 'config'), ...args], { cwd: work, env: { RUNBOOK_INVENTORY: '', ...env } });

  it.each(['ssh2', 'openssh'])('says how to log in, before the configuration of ssh, over %s, and it is told once', async (client) => {
    const { code, out, err } = await ping(['--transport', client]);
    expect([code, out]).toEqual([expect.toBeOneOf([0, 3]), expect.not.stringMatching(/cannot (reach|log in)/)]);
    expect(err.split('\n').map((line) => line.trimEnd())).toEqual(
      expect.arrayContaining([`ways: remote_user, remote_port, private_key_file, ssh_args (ansible.cfg)`]),
    );
    expect(err.match(/not followed:/g)).toHaveLength(1);
    expect(err.replaceAll(/\s+/g, ' ')).toContain('host_key_checking (ansible.cfg:6: host keys are always checked)');
    expect(err.replaceAll(/\s+/g, ' ')).toContain('-o ForwardAgent=yes of ssh_args (ansible.cfg:8: it is not understood here)');
  });

  it('loses to the environment', async () => {
    const { code, out, err } = await ping([], { ANSIBLE_REMOTE_PORT: '2' });
    expect([code, out]).toEqual([4, expect.stringContaining('cannot reach')]);
    expect(err).toContain('remote_port ($ANSIBLE_REMOTE_PORT)');
  });

  it('loses to the inventory', async () => {
    writeFileSync(join(work, 'other.ini'), '127.0.0.1 ansible_port=2\n');
    expect((await ping(['-i', 'other.ini'])).out).toContain('cannot reach');
  });

  it('that another user may have put there is not read', async () => {
    chmodSync(work, 0o777);
    const { out, err } = await ping(['-i', 'hosts.ini']);
    chmodSync(work, 0o700);
    expect(out).toContain('cannot reach');
    expect(err).not.toContain('ways:');
  });
});
