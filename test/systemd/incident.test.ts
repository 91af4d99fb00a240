import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventsOf, type Finished, outcomesOf, runbook } from '../lab/command-line.ts';
import { fleetIsMissing } from '../lab/commands.ts';
import { TestFleet } from '../lab/fleet.ts';
import { FLAGS_FILE, flagsFile, kubeletNode } from '../lab/kubelet-node.ts';
import { differences, treeOf } from '../lab/tree-hash.ts';
import { inventoryFor } from '../lab/write-inventory.ts';

const missing = fleetIsMissing();
const SHIPPED = fileURLToPath(new URL('../../runbooks/kubelet-bad-flag.yaml', import.meta.url));

const KUBEADM = '/etc/systemd/system/kubelet.service.d/10-kubeadm.conf';
const UNIT = '/etc/systemd/system/kubelet.service';
const SYSCONFIG = '/etc/sysconfig/kubelet';
const FROM_SYSCONFIG = `[Service]\nEnvironmentFile=-${SYSCONFIG}\nExecStart=\nExecStart=/usr/bin/kubelet $KUBELET_EXTRA_ARGS\n`;
const OWN_UNIT =
  '[Service]\nExecStart=/usr/bin/kubelet \\\n  --v=2 \\\n  --improve-speed \\\n  --node-ip=127.0.0.1\nRestart=always\nRestartSec=2\nTimeoutStopSec=5\nStartLimitInterval=0\n';
const PACKAGED = '/usr/lib/systemd/system/kubelet.service';

/** A flag that kubelet takes and does not list in its help. */
const HIDDEN = '--default-not-ready-toleration-seconds=300';

const bad = { [FLAGS_FILE]: { text: flagsFile('--improve-speed') } };
const unpackaged = (files: NonNullable<ReturnType<typeof kubeletNode>['files']>) => {
  const wish = kubeletNode(files);
  const { [UNIT]: _unit, [KUBEADM]: _kubeadm, ...rest } = wish.files ?? {};
  return { ...wish, files: { ...rest, ...files } };
};

/** Two that do not heal come first, so that they are the first wave. */
const WISHES = {
  'stays-broken': kubeletNode({ ...bad, '/etc/kubelet-stub/stay-broken': { text: '' } }),
  waits: kubeletNode(bad),
  other: kubeletNode({ '/etc/kubelet-stub/other-cause': { text: '' } }),
  value: kubeletNode({ [FLAGS_FILE]: { text: flagsFile('--max-pods=many') } }),
  sysconfig: kubeletNode({ [KUBEADM]: { text: FROM_SYSCONFIG }, [SYSCONFIG]: { text: 'KUBELET_EXTRA_ARGS=--turbo\\ on\n' } }),
  unit: unpackaged({ [UNIT]: { text: OWN_UNIT } }),
  packaged: unpackaged({ [PACKAGED]: { text: OWN_UNIT } }),
  hidden: kubeletNode({ [FLAGS_FILE]: { text: flagsFile(`--improve-speed ${HIDDEN}`) } }),
} as const;

describe.skipIf(missing)(`the incident in all its forms on real systemd hosts${missing ? ` (${missing})` : ''}`, () => {
  let fleet: TestFleet;
  let work: string;
  let common: readonly string[];

  beforeAll(async () => {
    fleet = await TestFleet.up(WISHES);
    await fleet.host('packaged').exec('systemctl', 'daemon-reload');
    await fleet.host('packaged').exec('systemctl', 'restart', '--no-block', 'kubelet.service');
    work = mkdtempSync(join(tmpdir(), 'runbook-incident-'));
    // The shipped runbook, with less patience.
    writeFileSync(
      join(work, 'quick.yaml'),
      readFileSync(SHIPPED, 'utf8').replace('name: kubelet-bad-flag', 'name: quick').replace('verify_timeout: 2m', 'verify_timeout: 12s'),
    );
    writeFileSync(join(work, 'hosts.yaml'), inventoryFor(fleet, { k8s_nodes: Object.keys(WISHES) }));
    common = ['-i', join(work, 'hosts.yaml'), '--state-dir', join(work, 'state'), '-e', 'stable_for=4s'];
  });

  afterAll(async () => {
    await fleet?.[Symbol.asyncDispose]();
    if (work) rmSync(work, { recursive: true, force: true });
  });

  function quick(command: string, limit: string, ...more: readonly string[]): Promise<Finished> {
    return runbook([command, join(work, 'quick.yaml'), ...common, '-l', limit, ...more]);
  }

  function text(name: keyof typeof WISHES, path: string): string {
    return fleet.host(name).read(path).toString('latin1');
  }

  async function argv(name: string): Promise<readonly string[]> {
    const pid = (await fleet.host(name).exec('systemctl', 'show', '-P', 'MainPID', 'kubelet.service')).trim();
    return (await fleet.host(name).exec('cat', `/proc/${pid}/cmdline`)).split('\0').slice(2, -1);
  }

  it('rolls back by itself what does not heal, exits with 3, and never starts the wave after it', async () => {
    const before = await Promise.all(['stays-broken', 'waits'].map((name) => treeOf(fleet.host(name))));
    const mtime = await fleet.host('stays-broken').exec('stat', '-c', '%.9Y', FLAGS_FILE);
    const applied = await quick('apply', 'stays-broken,waits', '-y', '--json');
    expect(applied.code).toBe(3);
    const events = eventsOf(applied);
    expect(events.at(-1)).toMatchObject({ outcomes: { 'stays-broken': 'rolled-back', waits: 'skipped' }, exitCode: 3 });
    expect(events.filter(({ type }) => type === 'wave.started').map(({ hosts }) => hosts)).toEqual([['stays-broken']]);
    expect(text('stays-broken', FLAGS_FILE)).toBe(flagsFile('--improve-speed'));
    expect(await fleet.host('stays-broken').exec('stat', '-c', '%.9Y', FLAGS_FILE)).toBe(mtime);
    expect(differences(before[1] ?? '', await treeOf(fleet.host('waits')))).toEqual([]);
  });

  it('does not touch a host that is ill of another cause, says what it saw, and is no success', async () => {
    const before = await treeOf(fleet.host('other'));
    const applied = await quick('apply', 'other', '-y');
    expect(applied.code).toBe(3);
    expect(applied.out).toContain('ill of another cause');
    expect((await quick('diagnose', 'other')).out).toContain('kubelet.service');
    expect(differences(before, await treeOf(fleet.host('other')))).toEqual([]);
  });

  it('reports a bad value of a known flag and does not guess at it', async () => {
    const before = await treeOf(fleet.host('value'));
    const applied = await quick('apply', 'value', '-y');
    expect(applied.code).toBe(3);
    expect((await quick('diagnose', 'value')).out).toContain('--max-pods');
    expect(differences(before, await treeOf(fleet.host('value')))).toEqual([]);
  });

  it('removes the flag where it is defined: sysconfig file, unit, a drop-in over a packaged unit; hidden flags stay', async () => {
    const packaged = text('packaged', PACKAGED);
    const applied = await quick('apply', 'sysconfig,unit,packaged,hidden', '-y', '--json');
    expect(outcomesOf(applied)).toEqual({ sysconfig: 'fixed', unit: 'fixed', packaged: 'fixed', hidden: 'fixed' });
    expect(applied.code).toBe(0);
    expect(await argv('sysconfig')).toEqual([]);
    expect(text('unit', UNIT)).not.toContain('improve-speed');
    expect(await argv('unit')).toEqual(['--v=2', '--node-ip=127.0.0.1']);
    expect(text('packaged', PACKAGED)).toBe(packaged);
    expect(await argv('packaged')).toEqual(['--v=2', '--node-ip=127.0.0.1']);
    expect(text('hidden', FLAGS_FILE)).toBe(flagsFile(HIDDEN));
  });

  it('takes a drop-in that it made away again', async () => {
    const back = await runbook(['rollback', 'last', '-y', '--json', ...common.slice(0, 4)]);
    const put = 'rolled-back';
    expect(outcomesOf(back)).toEqual({ sysconfig: put, unit: put, packaged: put, hidden: put });
    expect(back.code).toBe(0);
    expect(await fleet.host('packaged').exec('sh', '-c', 'ls /etc/systemd/system/kubelet.service.d 2>/dev/null || echo none')).toBe(
      'none\n',
    );
    expect(text('unit', UNIT)).toBe(OWN_UNIT);
    expect(text('sysconfig', SYSCONFIG)).toBe('KUBELET_EXTRA_ARGS=--turbo\\ on\n');
  });
});
