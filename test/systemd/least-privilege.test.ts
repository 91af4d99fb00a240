import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Bench } from '../faults/bench.ts';
import { eventsOf, type Finished, outcomesOf, runbook } from '../lab/command-line.ts';
import { fleetIsMissing } from '../lab/commands.ts';
import { FLAGS_FILE, flagsFile, kubeletNode } from '../lab/kubelet-node.ts';
import { differences, inodesOf } from '../lab/tree-hash.ts';

const missing = fleetIsMissing();

const NAMES = ['ill', 'well'] as const;
const CONFIG = '/var/lib/kubelet/config.yaml';
const ADMIN = '/etc/kubernetes/admin.conf';

/** What the runbook of the fleet is told: nobody is asked about nodes, and up for a second is up. */
const INPUTS = ['-e', 'stable_for=1s', '-e', 'ask_api_on=nobody'];

/** As root, and as a login of its own; two nodes whose flags file, its directory, and journal root alone may read. */
describe.skipIf(missing)(`a login that plans and is not root${missing ? ` (${missing})` : ''}`, () => {
  let bench: Bench;

  beforeAll(async () => {
    const flags = { ill: flagsFile('--improve-speed'), well: flagsFile() };
    const secret = { [ADMIN]: { text: 'secret\n', mode: 0o600 } };
    const wishes = NAMES.map((name) => [name, kubeletNode({ [FLAGS_FILE]: { text: flags[name], mode: 0o600 }, ...secret })] as const);
    bench = await Bench.up(Object.fromEntries(wishes), [], { k8s_nodes: NAMES });
    const key = readFileSync(`${bench.fleet.key}.pub`);
    for (const name of NAMES) {
      const host = bench.fleet.host(name);
      await bench.sh(name, 'useradd --create-home --shell /bin/bash audit; mkdir -p /home/audit/.ssh; chmod 700 /var/lib/kubelet');
      host.write('/home/audit/.ssh/authorized_keys', key, 0o600);
      await bench.sh(name, 'chown -R audit: /home/audit');
    }
  });
  afterAll(() => bench?.[Symbol.asyncDispose]());

  const command = (verb: string, ...more: readonly string[]) =>
    runbook([verb, 'kubelet-bad-flag', '-i', bench.inventory, '--state-dir', bench.state, ...INPUTS, ...more]);

  /** What was planned for each host, without who asked. */
  function plansOf(finished: Finished): Readonly<Record<string, unknown>> {
    const planned = eventsOf(finished).filter(({ type }) => type === 'host.planned');
    return Object.fromEntries(
      planned.map(({ host, plan }) => {
        const { facts, ...rest } = plan as { facts: Record<string, unknown> };
        return [host, { ...rest, facts: { ...facts, uid: 0 } }];
      }),
    );
  }

  function everything(): Promise<readonly string[]> {
    return Promise.all(NAMES.map((name) => inodesOf(bench.fleet.host(name))));
  }

  it('is told each read that was denied, with its step, and no host is called healthy for want of it', async () => {
    const as = ['--plan-user', 'audit'];
    const [finished, shown] = await Promise.all([command('plan', ...as, '--json'), command('diagnose', ...as)]);
    expect(finished.code).toBe(4);
    for (const name of NAMES) {
      const { outcome, steps } = plansOf(finished)[name] as { outcome: string; steps: { id: string; denied?: unknown[] }[] };
      expect(outcome).toBe('unknown');
      expect(steps.filter(({ denied }) => denied).map(({ id, denied }) => [id, denied])).toMatchObject([
        ['unit', [{ read: { kind: 'file', path: FLAGS_FILE }, why: expect.stringMatching(/may not be looked at; .*sudo/) }]],
        ['log', [{ read: { kind: 'probe' } }]],
      ]);
    }
    expect(shown.out).toContain('2 hosts      2 reads denied: ill, well');
    expect(shown.out).toContain(`runbook sudoers kubelet-bad-flag -i ${bench.inventory}`);
    expect(shown.out).toContain('--user audit -l ill');
  });

  it('is let read just what the runbook reads by the snippet, plans as root does, and writes nothing', async () => {
    const snippet = await command('sudoers', '--user', 'audit', '-l', 'ill');
    expect(snippet).toMatchObject({ code: 0, out: expect.stringContaining(`/usr/bin/cat -- ${FLAGS_FILE}`) });
    expect(snippet.out).not.toMatch(/\/bin\/sh|\*|\/etc\/systemd|kubelet --version/);
    for (const name of NAMES) {
      bench.fleet.host(name).write('/etc/sudoers.d/audit', snippet.out, 0o440);
      expect(await bench.sh(name, 'visudo -c')).toContain('/etc/sudoers.d/audit: parsed OK');
    }
    const before = await everything();
    const [root, own] = await Promise.all([command('plan', '--json'), command('plan', '--plan-user', 'audit', '--json')]);
    expect(outcomesOf(root)).toEqual({ ill: 'would-fix', well: 'healthy' });
    expect(own.err).toBe(root.err);
    expect(withoutTimes(plansOf(own))).toEqual(withoutTimes(plansOf(root)));
    const inventory = join(bench.work, 'planned.yaml');
    writeFileSync(
      inventory,
      readFileSync(bench.inventory, 'utf8').replace('"ansible_become"', '"runbook_plan_user": "audit", "ansible_become"'),
    );
    const others = [command('diagnose', '--json', '-i', inventory), command('apply', '--dry-run', '--json', '-i', inventory)];
    for (const finished of await Promise.all(others)) {
      expect(outcomesOf(finished)).toEqual(outcomesOf(root));
      expect(askersOf(finished)).toEqual(askersOf(own));
    }
    expect([askersOf(root), askersOf(own).includes(0)]).toEqual([[0, 0], false]);
    const after = await everything();
    expect(NAMES.flatMap((name, n) => differences(before[n] ?? '', after[n] ?? '').map((row) => `${name}: ${row}`))).toEqual([]);
  });

  it('may run nothing else by it', async () => {
    const attempts = [
      'cat -- /etc/shadow',
      `cat -- ${CONFIG}`,
      `cat -- ${FLAGS_FILE} /etc/shadow`,
      `tee ${FLAGS_FILE}`,
      'sh -c id',
      'systemctl restart kubelet',
    ];
    for (const attempt of attempts) {
      expect(await bench.sh('ill', `su audit -c 'sudo -n ${attempt} </dev/null' 2>&1; echo "ended $?"`)).toMatch(
        /sudo: a password is required|not allowed.*\n?ended 1/,
      );
    }
    expect(await bench.sh('ill', `su audit -c 'sudo -n cat -- ${FLAGS_FILE}'`)).toContain('--improve-speed');
  });

  it('makes a plan that another login carries out as it is', async () => {
    const file = join(bench.work, 'fix.plan');
    expect((await command('plan', '--plan-user', 'audit', '-o', file)).code).toBe(0);
    const applied = await runbook(['apply', file, '-y', '--json', '-i', bench.inventory, '--state-dir', bench.state]);
    expect(outcomesOf(applied)).toEqual({ ill: 'fixed' });
    expect(bench.fleet.host('ill').read(FLAGS_FILE).toString()).toBe(flagsFile());
    expect(outcomesOf(await command('plan', '--plan-user', 'audit', '--json'))).toEqual({ ill: 'healthy', well: 'healthy' });
  });

  it('cannot be the one that changes hosts', async () => {
    const refused = await command('apply', '--plan-user', 'audit', '-y');
    expect(refused).toMatchObject({ code: 1, err: expect.stringContaining('--plan-user is for --dry-run') });
  });
});

/** The user ids with which hosts were read. */
function askersOf(finished: Finished): readonly unknown[] {
  const planned = eventsOf(finished).filter(({ type }) => type === 'host.planned');
  return planned.map(({ plan }) => (plan as { facts: { uid: number } }).facts.uid);
}

/** Evidence of a crash-loop goes on growing while it is looked at. */
function withoutTimes(plans: Readonly<Record<string, unknown>>): unknown {
  return JSON.parse(JSON.stringify(plans, (key, value) => (key === 'evidence' ? 'evidence' : value)));
}
