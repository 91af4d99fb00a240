import { readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventsOf, runbook } from '../lab/command-line.ts';
import { fleetIsMissing } from '../lab/commands.ts';
import { FLAGS_FILE, flagsFile, kubeletNode } from '../lab/kubelet-node.ts';
import { differences, inodesOf } from '../lab/tree-hash.ts';
import { Bench } from './bench.ts';

const missing = fleetIsMissing();

const NAMES = Array.from({ length: 20 }, (_, n) => `node${n + 1}`);
/** Every second one is ill. */
const WISHES = Object.fromEntries(
  NAMES.map((name, n) => [name, kubeletNode(n % 2 === 0 ? { [FLAGS_FILE]: { text: flagsFile('--improve-speed') } } : {})]),
);

describe.skipIf(missing)(`a dry run on twenty hosts${missing ? ` (${missing})` : ''}`, () => {
  let bench: Bench;

  beforeAll(async () => {
    bench = await Bench.up(WISHES, [], { k8s_nodes: NAMES });
  });
  afterAll(() => bench?.[Symbol.asyncDispose]());

  /** All files of all hosts with their inodes and times, and which run of each kubelet this is on those where it stays up. */
  function everything(): Promise<readonly string[]> {
    return Promise.all(
      NAMES.map(async (name, n) => {
        const host = bench.fleet.host(name);
        const kubelet = n % 2 === 0 ? '' : await host.exec('systemctl', 'show', '-P', 'InvocationID', 'kubelet');
        return `${await inodesOf(host)}\n${kubelet}`;
      }),
    );
  }

  it.each([
    ['with sudo', 'ops'],
    ['as root', 'root'],
  ])('fault 62: %s writes no file, no inode and no unit on any of them, and shows what would change', async (_how, user) => {
    const inventory = readFileSync(bench.inventory, 'utf8').replace(/"ansible_user": "\w+"/, `"ansible_user": "${user}"`);
    writeFileSync(bench.inventory, inventory);
    const before = await everything();
    const common = ['kubelet-bad-flag', '-i', bench.inventory, '--state-dir', bench.state, '-e', 'stable_for=1s'];
    for (const verb of ['diagnose', 'plan']) {
      const finished = await runbook([verb, ...common, '--json']);
      const planned = eventsOf(finished).filter(({ type }) => type === 'host.planned');
      expect(planned).toHaveLength(20);
      expect(finished.code).toBe(0);
      const outcomes = planned.map(({ plan }) => (plan as { outcome: string }).outcome);
      expect(outcomes.filter((outcome) => outcome === 'would-fix')).toHaveLength(10);
      expect(outcomes.filter((outcome) => outcome === 'healthy')).toHaveLength(10);
    }
    const after = await everything();
    expect(NAMES.flatMap((name, n) => differences(before[n] ?? '', after[n] ?? '').map((row) => `${name}: ${row}`))).toEqual([]);
  });
});
