import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LAB_HOSTS } from '../../src/lab/fleet.ts';
import { type LabHandle, labUp } from '../../src/lab/lab-up.ts';
import { runbook } from '../lab/command-line.ts';

describe("the operator's own kubectl", () => {
  const work = mkdtempSync(join(tmpdir(), 'runbook-controller-'));
  let lab: LabHandle;

  beforeAll(async () => {
    const up = await labUp({ stateDir: join(work, 'lab'), ports: 'any' });
    if (!up.ok) throw new Error(up.failure.message);
    lab = up.value;
    // Knows the cluster only by the operator's KUBECONFIG; lab-5 has not been heard of for an hour.
    const heard = (name: string) => (name === 'lab-5' ? '$(date -u -d "1 hour ago" +%FT%TZ)' : '$(date -u +%FT%TZ)');
    const nodes = LAB_HOSTS.map(
      ({ name }) =>
        `{\\"metadata\\":{\\"name\\":\\"${name}\\"},\\"status\\":{\\"conditions\\":[{\\"type\\":\\"Ready\\",\\"status\\":\\"True\\",\\"lastHeartbeatTime\\":\\"${heard(name)}\\"}]}}`,
    );
    const script = `#!/bin/sh\n[ "$KUBECONFIG" = "${work}/kubeconfig" ] || { echo 'The connection to the server localhost:8080 was refused' >&2; exit 1; }\ncase $* in *leases*) exit 1 ;; esac\necho "{\\"kind\\":\\"List\\",\\"items\\":[${nodes.join(',')}]}"\n`;
    writeFileSync(join(work, 'kubectl'), script, { mode: 0o755 });
  });

  afterAll(async () => {
    await lab?.close();
    rmSync(work, { recursive: true, force: true });
  });

  const diagnose = (env: Record<string, string>) =>
    runbook(
      [
        'diagnose',
        'kubelet-bad-flag',
        '-i',
        lab.paths.inventory,
        '--state-dir',
        work,
        '-e',
        'stable_for=1s',
        '-e',
        'ask_api_on=controller',
      ],
      {
        env: { PATH: `${work}:${process.env['PATH']}`, ...env },
      },
    );

  it('is asked about every node when the runbook is told so, with the kubeconfig of the environment', async () => {
    const { out, code } = await diagnose({ KUBECONFIG: join(work, 'kubeconfig') });
    expect(out).toContain('4 hosts      healthy: lab-1, lab-2, lab-3, lab-4');
    expect(out).toMatch(/lab-5 gave a sign of life within 1 min: expected, but the last one is 60 min( \d s)? old/);
    expect(code).toBe(3);
  });

  it('that has no kubeconfig leaves hosts unknown, and is not called their fault', async () => {
    const { out, code } = await diagnose({ KUBECONFIG: '', HOME: work });
    expect(out).toContain('in an unknown state');
    expect(out).toContain('no kubeconfig');
    expect(code).toBe(4);
  });
});
