import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventsOf, outcomesOf, runbook } from '../lab/command-line.ts';
import { fleetIsMissing } from '../lab/commands.ts';
import { TestFleet } from '../lab/fleet.ts';
import { DEFAULT_FILE, DROP_IN, FLAGS_FILE, flagsFile, kubeletNode, stubKubectl } from '../lab/kubelet-node.ts';
import { differences, treeOf } from '../lab/tree-hash.ts';
import { inventoryFor } from '../lab/write-inventory.ts';

const missing = fleetIsMissing();

const DEFAULT_TEXT =
  "# extra arguments, by hand\n\nexport OTHER='x'\nKUBELET_EXTRA_ARGS='--node-ip 198.18.0.12 --cadvisor-port=4194  --v=2'";
const DROP_IN_TEXT = '# tuning\n[Service]\nEnvironment="KUBELET_EXTRA_ARGS=--v=2 --keep-terminated-pod-volumes-forever"\r\n';
const TWO_BAD = '--turbo on --max-pods=200 --improve-speed';

/** Six hosts as the incident has them: four ill in four ways, one healthy, one that is not there. */
const WISHES = {
  flags: kubeletNode({ [FLAGS_FILE]: { text: flagsFile('--improve-speed') } }),
  default: kubeletNode({ [DEFAULT_FILE]: { text: DEFAULT_TEXT, mode: 0o640 } }),
  dropin: kubeletNode({ [DROP_IN]: { text: DROP_IN_TEXT } }),
  two: kubeletNode({ [FLAGS_FILE]: { text: flagsFile(TWO_BAD) } }),
  well: kubeletNode(stubKubectl(['flags', 'default', 'dropin', 'two', 'well'])),
} as const;
const ILL = ['flags', 'default', 'dropin', 'two'] as const;

describe.skipIf(missing)(`the main job on real systemd hosts${missing ? ` (${missing})` : ''}`, () => {
  let fleet: TestFleet;
  let work: string;
  let common: readonly string[];
  const originals = new Map<string, string>();

  beforeAll(async () => {
    fleet = await TestFleet.up(WISHES);
    work = mkdtempSync(join(tmpdir(), 'runbook-main-'));
    writeFileSync(
      join(work, 'hosts.yaml'),
      inventoryFor(fleet, { k8s_nodes: [...Object.keys(WISHES), 'gone'], control_plane: ['well'] }, { gone: fleet.nowhere }),
    );
    common = ['-i', join(work, 'hosts.yaml'), '--state-dir', join(work, 'state')];
    for (const name of ILL) originals.set(name, await stateOf(name));
  });

  afterAll(async () => {
    await fleet?.[Symbol.asyncDispose]();
    if (work) rmSync(work, { recursive: true, force: true });
  });

  const PLACE: Readonly<Record<string, string>> = { flags: FLAGS_FILE, default: DEFAULT_FILE, dropin: DROP_IN, two: FLAGS_FILE };

  /** Bytes, mode, owner and mtime of the file that a host is ill by. */
  function stateOf(name: string): Promise<string> {
    return fleet.host(name).exec('/bin/sh', '-c', `f=${PLACE[name]}; stat -c '%a %u:%g %.9Y' "$f"; base64 "$f"`);
  }

  async function restarts(name: string): Promise<string> {
    return fleet.host(name).exec('systemctl', 'show', '-P', 'InvocationID', 'kubelet.service');
  }

  it('plan leaves every host byte-identical and shows what would change', async () => {
    const names = Object.keys(WISHES);
    const before = await Promise.all(names.map((name) => treeOf(fleet.host(name))));
    const plan = await runbook(['plan', 'kubelet-bad-flag', '--detailed-exitcode', ...common]);
    const after = await Promise.all(names.map((name) => treeOf(fleet.host(name))));
    expect(names.flatMap((name, index) => differences(before[index] ?? '', after[index] ?? '').map((line) => `${name}: ${line}`))).toEqual(
      [],
    );
    expect(plan.out).toContain('- --improve-speed in KUBELET_KUBEADM_ARGS');
    // Not everybody may read that file, so not everybody who reads the plan is shown it.
    expect(plan.out).toMatch(/\/etc\/default\/kubelet\n +contents are sensitive and not shown/);
    expect(plan.out).toContain('- --keep-terminated-pod-volumes-forever in KUBELET_EXTRA_ARGS');
    expect(plan.out).toContain('- --turbo on in KUBELET_KUBEADM_ARGS');
    expect(plan.code).toBe(4);
  });

  it('apply changes just what was planned, leaves the healthy host alone, reports the absent one, and exits with 4', async () => {
    const planned = eventsOf(await runbook(['plan', 'kubelet-bad-flag', '--json', ...common]));
    const wellBefore = [await treeOf(fleet.host('well')), await restarts('well')];
    const applied = await runbook(['apply', 'kubelet-bad-flag', '-y', '--json', ...common]);
    expect(applied.err).toBe('');
    const events = eventsOf(applied);
    expect(outcomesOf(applied)).toEqual({
      flags: 'fixed',
      default: 'fixed',
      dropin: 'fixed',
      two: 'fixed',
      well: 'healthy',
      gone: expect.stringMatching(/^unreachable \((unreachable|timed-out): /),
    });
    expect(events.at(-1)).toMatchObject({ type: 'run.finished', exitCode: 4 });
    expect(applied.code).toBe(4);
    for (const name of ILL) {
      const plan = planned.find((event) => event['type'] === 'host.planned' && event['host'] === name)?.['plan'] as { changes: unknown };
      const done = events.find((event) => event['type'] === 'transaction.intended' && event['host'] === name);
      expect(done?.['changes']).toEqual(plan.changes);
    }
    expect(differences(wellBefore[0] ?? '', await treeOf(fleet.host('well')))).toEqual([]);
    expect(await restarts('well')).toBe(wellBefore[1]);
  });

  it('keeps every byte that is not the flag', () => {
    const text = (name: string) =>
      fleet
        .host(name)
        .read(PLACE[name] ?? '')
        .toString('latin1');
    expect(text('flags')).toBe(flagsFile());
    expect(text('two')).toBe(flagsFile('--max-pods=200'));
    expect(text('default')).toBe(DEFAULT_TEXT.replace(/ --cadvisor-port=4194 /, ' '));
    expect(text('dropin')).toBe(DROP_IN_TEXT.replace(' --keep-terminated-pod-volumes-forever', ''));
  });

  it('a second apply changes nothing and restarts nothing', async () => {
    const before = await Promise.all(ILL.map(async (name) => [await treeOf(fleet.host(name)), await restarts(name)]));
    const again = await runbook(['apply', 'kubelet-bad-flag', '-y', ...common]);
    expect(again.code).toBe(4);
    const after = await Promise.all(ILL.map(async (name) => [await treeOf(fleet.host(name)), await restarts(name)]));
    expect(after.flatMap(([tree], index) => differences(before[index]?.[0] ?? '', tree ?? ''))).toEqual([]);
    expect(after.map(([, id]) => id)).toEqual(before.map(([, id]) => id));
  });

  it('rollback brings back bytes, owner, mode and mtime, and restarts', async () => {
    const runs = JSON.parse((await runbook(['runs', '--json', ...common.slice(2)])).out) as {
      run: string;
      outcomes: Record<string, number>;
    }[];
    const run = runs.find(({ outcomes }) => outcomes['fixed'] === 4)?.run ?? '';
    const before = await Promise.all(ILL.map(restarts));
    const back = await runbook(['rollback', run, '-y', ...common]);
    expect(back.err).toContain('rolled back');
    expect(back.code).toBe(0);
    for (const name of ILL) expect(await stateOf(name)).toBe(originals.get(name));
    const after = await Promise.all(ILL.map(restarts));
    expect(after.filter((id, index) => id === before[index])).toEqual([]);
    expect((await runbook(['rollback', run, '-y', ...common])).err).toContain('left to take back');
  });
});
