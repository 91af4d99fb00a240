import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { noPractice, onPractice, PracticeFleet } from './practice-fleet.ts';
import { DOWN, noTerminal, Pty, RETURN } from './pty.ts';

const HAND_OUT = `apiVersion: runbook/v1
name: hand-out
summary: Puts a token in its place
hosts: k8s_nodes
inputs:
  token: { type: string, sensitive: true }
remediate:
  - uses: file.content
    sensitive: true
    with: { path: /etc/token, mode: '0600', content: '\${{ inputs.token }}' }
`;

describe.skipIf(noPractice !== undefined || noTerminal !== undefined)(onPractice('the question before anything is changed'), async () => {
  const fleet = noPractice === undefined ? await PracticeFleet.up() : ({} as PracticeFleet);
  const all = ['lab-1', 'lab-2', 'lab-3', 'lab-4', 'lab-5'];
  beforeEach(() => fleet.break());

  test('names the hosts and their number; Return alone is no, and no host was changed', async () => {
    const before = all.map((host) => fleet.tree(host));
    const pty = Pty.runbook(fleet.run('apply'));
    await pty.waitFor(/Apply kubelet-bad-flag on 2 hosts in 2 waves of 1 and 1: lab-2, lab-4\n\? Change 2 hosts\?/);
    pty.type(RETURN);
    expect(await pty.exitCode()).toBe(5);
    expect(pty.screen.text).toMatch(/apply declined \(run \S+\)/);
    expect(pty.screen.cursorShown).toBe(true);
    expect(all.map((host) => fleet.tree(host))).toEqual(before);
  });

  test('shows the diff again, and goes on with yes', async () => {
    const pty = Pty.runbook(fleet.run('apply'));
    await pty.waitFor(/\? Change 2 hosts\?[\s\S]*Diff:/);
    pty.type(DOWN, DOWN, DOWN, RETURN);
    await pty.waitFor(/Diff: show again what would change\n[\s\S]*- --improve-speed in KUBELET_KUBEADM_ARGS[\s\S]*\? Change 2 hosts\?/);
    pty.type(DOWN, RETURN);
    expect(await pty.exitCode()).toBe(0);
    expect(pty.screen.text).toMatch(/✓ 2 hosts +fixed: lab-2, lab-4\n✓ 3 hosts +healthy: lab-1, lab-3, lab-5/);
    expect(fleet.flags('lab-2').text).not.toContain('--improve-speed');
    expect(await fleet.kubelet('lab-2')).toBe('active (running)');
    expect(await fleet.kubelet('lab-4')).toBe('active (running)');
  });

  test('is put before each wave to who asks for that; no to the second leaves its hosts as they were', async () => {
    const before = fleet.tree('lab-4');
    const pty = Pty.runbook(fleet.run('apply'));
    await pty.waitFor(/\? Change 2 hosts\?[\s\S]*before each wave/);
    pty.type(DOWN, DOWN, RETURN);
    await pty.waitFor(/Wave 1 of 2: 1 of 1, 1 fixed[\s\S]*\? Change 1 host\?\n❯ No, stop here/);
    pty.type(RETURN);
    expect(await pty.exitCode()).toBe(5);
    expect(pty.screen.text).toMatch(/✓ 1 host +fixed: lab-2\n! 1 host +not begun: lab-4/);
    expect(fleet.flags('lab-2').text).not.toContain('--improve-speed');
    expect(fleet.tree('lab-4')).toEqual(before);
  });

  test('comes after that for a sensitive input that must be given, whose answer is not shown', async () => {
    const file = join(fleet.stateDirectory, 'hand-out.yaml');
    writeFileSync(file, HAND_OUT);
    const pty = Pty.runbook(['plan', file, ...fleet.hosts(), '-l', 'lab-2']);
    await pty.waitFor(/input token of hand-out/);
    pty.type('hunter-22', RETURN);
    expect(await pty.exitCode()).toBe(0);
    expect(pty.screen.text).toMatch(/1 of 1 host would be changed[\s\S]*runbook apply \S*hand-out\.yaml[\s\S]*and -e token=… again/);
    expect(pty.screen.text).not.toContain('hunter-22');
  });

  test('is asked before a rollback too', async () => {
    const applied = Pty.runbook(fleet.run('apply', '-l', 'lab-2', '-y'));
    expect(await applied.exitCode()).toBe(0);
    const fixed = fleet.flags('lab-2');
    const pty = Pty.runbook(['rollback', 'last', ...fleet.hosts()]);
    await pty.waitFor(/Roll back kubelet-bad-flag on 1 host: lab-2\n\? Change 1 host\?/);
    pty.type(RETURN);
    expect(await pty.exitCode()).toBe(5);
    expect(fleet.flags('lab-2')).toEqual(fixed);
  });
});
