import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { labBreak } from '../../src/lab/lab-break.ts';
import { labStatus } from '../../src/lab/lab-status.ts';
import type { LabHandle } from '../../src/lab/lab-up.ts';
import { ask, noPractice, practice, snapshot } from './practice.ts';

const FLAGS = '/var/lib/kubelet/kubeadm-flags.env';
const HEALTHZ = 'curl -sS -i --max-time 5 http://127.0.0.1:10248/healthz';
const JOURNAL = 'journalctl -u kubelet.service -o json --no-pager --reverse --output-fields=MESSAGE,PRIORITY --since=-900s -n 2000';
const ADMIN = 'kubectl --kubeconfig /etc/kubernetes/admin.conf';

async function unit(lab: LabHandle, host: string, name = 'kubelet.service'): Promise<Record<string, string>> {
  const { stdout } = await ask(lab, host, `systemctl show --no-pager -- ${name}`);
  return Object.fromEntries(stdout.split('\n').map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]));
}

describe.skipIf(noPractice !== undefined)(`a practice host${noPractice === undefined ? '' : ` (not here: ${noPractice})`}`, async () => {
  const lab = noPractice === undefined ? await practice() : ({} as LabHandle);

  test('is a host of its own, with root-owned files and its own name', async () => {
    const said = await ask(lab, 'lab-3', 'id -u; uname -n; cat /etc/hostname; stat -c "%u:%g %a" /etc/default/kubelet; pwd; ls /home 2>&1');
    expect(said.stdout.split('\n').slice(0, 5)).toEqual(['0', 'lab-3', 'lab-3', '0:0 644', '/root']);
    expect(said.stdout).toContain('No such file');
  });

  test('runs well when it is new', async () => {
    expect(await unit(lab, 'lab-3')).toMatchObject({
      LoadState: 'loaded',
      ActiveState: 'active',
      SubState: 'running',
      UnitFileState: 'enabled',
      NRestarts: '0',
      Result: 'success',
      NeedDaemonReload: 'no',
      FragmentPath: '/etc/systemd/system/kubelet.service',
      DropInPaths: '/etc/systemd/system/kubelet.service.d/10-kubeadm.conf',
    });
    expect((await ask(lab, 'lab-3', HEALTHZ)).stdout).toMatch(/^HTTP\/1\.1 200 OK\r\n[\s\S]*\r\n\r\nok$/);
    expect((await ask(lab, 'lab-3', 'systemctl is-active kubelet containerd')).stdout).toBe('active\nactive\n');
  });

  test('of unknown units and verbs it says what systemd says', async () => {
    expect(await unit(lab, 'lab-3', 'nope.service')).toMatchObject({ LoadState: 'not-found', ActiveState: 'inactive', SubState: 'dead' });
    expect(await ask(lab, 'lab-3', 'systemctl restart nope')).toMatchObject({ code: 5, stderr: expect.stringContaining('not found') });
    expect(await ask(lab, 'lab-3', 'systemctl frobnicate')).toMatchObject({ code: 1, stderr: 'Unknown command verb frobnicate.\n' });
  });

  test('reading it changes nothing', async () => {
    await labBreak(lab.paths.stateDir, 'kubelet-bad-flag', ['lab-3']);
    const before = snapshot(join(lab.paths.hosts, 'lab-3'));
    const reads = `systemctl show kubelet; systemctl status kubelet ssh; systemctl cat kubelet; systemctl is-enabled kubelet; systemctl list-units
      ${JOURNAL}; ${HEALTHZ}; crictl ps -q; kubectl get nodes; kubelet --version --improve-speed; sudo -n cat ${FLAGS}`;
    await ask(lab, 'lab-3', 'sh -s', reads);
    expect(snapshot(join(lab.paths.hosts, 'lab-3'))).toEqual(before);
  });

  test('a bad flag makes the kubelet crash-loop, with the counts and times that belong to it', async () => {
    expect(await labBreak(lab.paths.stateDir, 'kubelet-bad-flag')).toEqual({ ok: true, value: ['lab-2', 'lab-4'] });
    const shown = await unit(lab, 'lab-2');
    expect(shown).toMatchObject({
      ActiveState: 'activating',
      SubState: 'auto-restart',
      Result: 'exit-code',
      MainPID: '0',
      ExecMainStatus: '255',
    });
    expect(Number(shown['NRestarts'])).toBeGreaterThan(0);
    const uptime = Number((await ask(lab, 'lab-2', 'cat /proc/uptime')).stdout.split(' ')[0]) * 1_000_000;
    expect(Number(shown['ActiveEnterTimestampMonotonic'])).toBeLessThan(Number(shown['StateChangeTimestampMonotonic']));
    expect(Number(shown['StateChangeTimestampMonotonic'])).toBeLessThan(uptime);
    expect(await ask(lab, 'lab-2', HEALTHZ)).toMatchObject({ code: 7, stderr: expect.stringContaining('Failed to connect') });
    expect((await ask(lab, 'lab-4', 'systemctl status kubelet')).code).toBe(3);
  });

  test('the journal holds the cause, and much that is none', async () => {
    const lines = (await ask(lab, 'lab-2', JOURNAL)).stdout.trim().split('\n');
    const messages = lines.map((line): string => JSON.parse(line).MESSAGE);
    expect(lines.length).toBe(2000);
    for (const part of [
      'unknown flag: --improve-speed',
      'network is unreachable',
      'no default routes found in "/proc/net/route"',
      'localhost:8080 was refused',
      'forbidden: User "system:node:lab-2"',
      "Failed with result 'exit-code'.",
    ]) {
      expect(messages.some((message) => message.includes(part))).toBe(true);
    }
    const times = lines.map((line) => Number(JSON.parse(line).__REALTIME_TIMESTAMP));
    expect(times).toEqual([...times].sort((a, b) => b - a));
    expect(messages.at(0)).not.toContain('unknown flag');
  });

  test('the journal is cut by --since and -n, and says when there is nothing', async () => {
    const short = await ask(
      lab,
      'lab-2',
      'journalctl -u kubelet -n 7 -o short-unix; journalctl -u kubelet --since @99999999999; journalctl --since never',
    );
    expect(short.stdout.trim().split('\n')).toHaveLength(8);
    expect(short.stdout).toContain('-- No entries --');
    expect(short).toMatchObject({ code: 1, stderr: 'Failed to parse timestamp.\n' });
  });

  test('containers go on running, and are the same whatever the kubelet does', async () => {
    const ids = (await ask(lab, 'lab-2', 'crictl ps -q')).stdout;
    expect(ids).toMatch(/^([0-9a-f]{64}\n){3}$/);
    const listed = JSON.parse((await ask(lab, 'lab-2', 'crictl ps -o json')).stdout) as { containers: { id: string }[] };
    expect(listed.containers.map(({ id }) => `${id}\n`).join('')).toBe(ids);
  });

  test('the control plane tells which nodes are ready; other identities are refused as in a cluster', async () => {
    const nodes = JSON.parse((await ask(lab, 'lab-1', `${ADMIN} get nodes -o json`)).stdout);
    const ready = Object.fromEntries(
      nodes.items.map((node: { metadata: { name: string }; status: { conditions: { status: string }[] } }) => [
        node.metadata.name,
        node.status.conditions[0]?.status,
      ]),
    );
    expect(ready).toMatchObject({ 'lab-1': 'True', 'lab-2': 'Unknown', 'lab-4': 'Unknown', 'lab-5': 'True' });
    const leases = JSON.parse((await ask(lab, 'lab-1', `${ADMIN} get leases -n kube-node-lease -o json`)).stdout);
    expect(leases.items).toHaveLength(5);
    expect((await ask(lab, 'lab-1', 'kubectl get nodes')).stderr).toContain('The connection to the server localhost:8080 was refused');
    expect((await ask(lab, 'lab-2', 'KUBECONFIG=/etc/kubernetes/kubelet.conf kubectl get nodes')).stderr).toContain(
      'forbidden: User "system:node:lab-2" cannot list resource "nodes"',
    );
  });

  test('taking the flag out and restarting heals it, and the node is ready again', async () => {
    const healed = await ask(
      lab,
      'lab-2',
      `sed -i 's/ --improve-speed//' ${FLAGS}; systemctl reset-failed kubelet; systemctl restart kubelet`,
    );
    expect(healed.code).toBe(0);
    expect(await unit(lab, 'lab-2')).toMatchObject({ ActiveState: 'active', SubState: 'running', NRestarts: '0', Result: 'success' });
    expect((await ask(lab, 'lab-2', HEALTHZ)).code).toBe(0);
    const nodes = await ask(lab, 'lab-1', `${ADMIN} get nodes`);
    expect(nodes.stdout).toMatch(/^lab-2 +Ready /m);
  });

  test('a kubelet that is ill of more than the flag fails again 2 s after the fix', async () => {
    await labBreak(lab.paths.stateDir, 'kubelet-stays-broken', ['lab-3']);
    await ask(lab, 'lab-3', `sed -i 's/ --improve-speed//' ${FLAGS}; LAB_STARTED_AGO=5 systemctl restart kubelet`);
    expect(await unit(lab, 'lab-3')).toMatchObject({ ActiveState: 'activating', SubState: 'auto-restart', ExecMainStatus: '1' });
  });

  test('a bad field in its configuration is another cause', async () => {
    await labBreak(lab.paths.stateDir, 'kubelet-bad-config', ['lab-5']);
    expect((await ask(lab, 'lab-5', JOURNAL)).stdout).toContain('strict decoding error: unknown field \\"maxPodz\\"');
    expect((await ask(lab, 'lab-5', JOURNAL)).stdout).not.toContain('unknown flag');
  });

  test('units can be stopped, masked, disabled and enabled again', async () => {
    const script = `systemctl disable kubelet; systemctl is-enabled kubelet; systemctl enable --now kubelet; systemctl is-enabled kubelet
      systemctl stop containerd; systemctl is-active containerd; systemctl mask containerd; systemctl start containerd; echo $?
      systemctl unmask containerd; systemctl start containerd; systemctl is-active containerd`;
    const { stdout, stderr } = await ask(lab, 'lab-1', 'sh -s', script);
    expect(stdout.split('\n')).toEqual(['disabled', 'enabled', 'inactive', '1', 'active', '']);
    expect(stderr).toContain('Unit containerd.service is masked.');
  });

  test('the fleet says how it stands', async () => {
    const status = await labStatus(lab.paths.stateDir);
    expect(status.pid).toBe(process.pid);
    expect(status.hosts.every(({ answers }) => answers)).toBe(true);
    expect(status.hosts.find(({ name }) => name === 'lab-1')).toMatchObject({ kubelet: 'active (running)', restarts: 0 });
    expect(status.hosts.find(({ name }) => name === 'lab-4')?.restarts).toBeGreaterThan(0);
  });

  test('unknown incidents and hosts are named', async () => {
    expect(await labBreak(lab.paths.stateDir, 'toString')).toMatchObject({ ok: false, failure: { code: 'not-found' } });
    expect(await labBreak(lab.paths.stateDir, 'kubelet-bad-flag', ['lab-9'])).toMatchObject({ ok: false, failure: { code: 'not-found' } });
  });

  test('a host sees what is written into its tree, and nothing of the others', async () => {
    writeFileSync(join(lab.paths.hosts, 'lab-4/root/note'), 'here');
    expect((await ask(lab, 'lab-4', 'cat note; echo there > /root/reply')).stdout).toBe('here');
    expect(readFileSync(join(lab.paths.hosts, 'lab-4/root/reply'), 'latin1')).toBe('there\n');
    expect((await ask(lab, 'lab-3', 'cat /root/note')).code).toBe(1);
  });
});
