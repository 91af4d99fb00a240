import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { noTerminal, Pty } from '../e2e/pty.ts';
import { runbook } from '../lab/command-line.ts';
import { fleetIsMissing } from '../lab/commands.ts';
import { TestFleet } from '../lab/fleet.ts';

const missing = fleetIsMissing() ?? noTerminal;

const PASSWORD = `S0me "word'$x`;

const BOOK = `apiVersion: runbook/v1
name: mark
summary: Leaves a mark that is root's
hosts: all
remediate:
  - uses: file.content
    with: { path: /etc/mark, mode: '0600', content: "by a runbook\\n" }
`;

describe.skipIf(missing)(`an inventory that is names alone, and an ansible.cfg${missing ? ` (${missing})` : ''}`, () => {
  let fleet: TestFleet;
  let work: string;

  beforeAll(async () => {
    fleet = await TestFleet.up({ one: {} });
    const host = fleet.host('one');
    await host.exec('useradd', '--create-home', '--shell', '/bin/bash', 'asked');
    await host.exec('sh', '-c', 'printf "%s\\n" "$1" | chpasswd', 'sh', `asked:${PASSWORD}`);
    host.write('/home/asked/.ssh/authorized_keys', readFileSync(`${fleet.key}.pub`), 0o600);
    await host.exec('chown', '-R', 'asked:', '/home/asked');
    host.write('/etc/sudoers.d/asked', 'asked ALL=(ALL:ALL) ALL\n', 0o440);
    work = mkdtempSync(join(tmpdir(), 'runbook-ansible-'));
    writeFileSync(join(work, 'mark.yaml'), BOOK);
    writeFileSync(join(work, 'hosts'), `${host.address}\n`);
    writeFileSync(
      join(work, 'ansible.cfg'),
      `[defaults]
inventory = hosts
remote_user = asked
private_key_file = ${fleet.key}
timeout = 20
[privilege_escalation]
become = True
become_ask_pass = True
[ssh_connection]
ssh_common_args = -o UserKnownHostsFile=${fleet.knownHosts}
`,
    );
  });
  afterAll(async () => {
    await fleet?.[Symbol.asyncDispose]();
    if (work) rmSync(work, { recursive: true, force: true });
  });

  const applying = () => ['apply', join(work, 'mark.yaml'), '--ssh-config', 'none', '--state-dir', join(work, 'state'), '-y'];
  const env = () => ({ ANSIBLE_CONFIG: join(work, 'ansible.cfg'), RUNBOOK_INVENTORY: '' });

  it('are enough to change a host as root, by a password that is asked for once, before anything is done', async () => {
    const pty = Pty.runbook(applying(), { columns: 140, env: env() });
    await pty.waitFor(/sudo password/);
    pty.type(`${PASSWORD}\r`);
    expect([await pty.exitCode(), pty.screen.text]).toEqual([0, expect.stringContaining('fixed')]);
    const said = pty.screen.text.replaceAll(/\s+/g, ' ');
    expect(said).toContain('ways: remote_user, private_key_file, timeout, become, ssh_common_args, become_ask_pass (');
    expect(pty.screen.text).not.toContain(PASSWORD);
    expect(await fleet.host('one').exec('stat', '-c', '%U %a', '/etc/mark')).toBe('root 600\n');
  });

  it('say so where there is nobody to ask for the password', async () => {
    const { code, out } = await runbook(applying(), { env: env() });
    expect([code, out]).toEqual([3, expect.stringContaining('or there was none to give')]);
  });
});
