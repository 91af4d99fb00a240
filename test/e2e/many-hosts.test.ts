import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { RunEvent } from '../../src/domain/event.ts';
import { readRun, runIds } from '../../src/journal/run-archive.ts';
import { BenchFleet } from '../bench/bench-fleet.ts';
import { runbook, start } from '../lab/command-line.ts';
import { fleetIsMissing } from '../lab/commands.ts';

const COUNT = 200;
const UNREACHABLE = ['n197', 'n198', 'n199', 'n200'];
/** Changed, and then silent: one in the first wave of 20, two in the second of 60. */
const HUNG = ['n10', 'n50', 'n60'];
/** Their verify does not hold: two in the first wave, three in the second. */
const ILL = ['n3', 'n7', 'n25', 'n30', 'n40'];
const FLAGS = 'kubeadm-flags.env';
const MARK = '# looked after';

const RUNBOOK = `apiVersion: runbook/v1
name: mark
summary: Marks a file, and holds that no host is ill
hosts: many
remediate:
  - { id: mark, uses: file.line, with: { path: /var/lib/kubelet/${FLAGS}, line: '${MARK}' } }
verify:
  - uses: command.probe
    with: { argv: [test, '!', -e, /var/lib/kubelet/ill], read_only: true, expect: { code: 0 } }
rollout: { waves: [20, 60, 100%], parallel: 100, max_failures: 4%, verify_timeout: 5s, commit_confirm: 60s }
`;

const missing = fleetIsMissing();

describe.skipIf(missing !== undefined)(
  `200 real sshd hosts, of which some hang, are away or stay ill${missing === undefined ? '' : ` (${missing})`}`,
  () => {
    const work = missing === undefined ? mkdtempSync(join(tmpdir(), 'runbook-many-')) : '';
    const state = join(work, 'state');
    let fleet: BenchFleet;

    beforeAll(async () => {
      fleet = await BenchFleet.up(COUNT, []);
      fleet.break(COUNT);
      for (const name of [...ILL, ...HUNG]) writeFileSync(join(fleet.kubelet(name), 'ill'), '');
      await Promise.all(UNREACHABLE.map((name) => fleet.end(name)));
      const lines = fleet.hosts.map(({ name, address, port }) => `${name} ansible_host=${address} ansible_port=${port}`);
      const way = `ansible_user=root\nansible_ssh_private_key_file=${fleet.key}\nansible_ssh_common_args='-o UserKnownHostsFile=${fleet.knownHosts}'`;
      writeFileSync(join(work, 'hosts.ini'), `[many]\n${lines.join('\n')}\n[many:vars]\n${way}\n`);
      writeFileSync(join(work, 'mark.yaml'), RUNBOOK);
    });
    afterAll(async () => {
      await fleet[Symbol.asyncDispose]();
      rmSync(work, { recursive: true, force: true });
    });

    const go = (...words: readonly string[]) => [...words, '-i', join(work, 'hosts.ini'), '--state-dir', state, '--ssh-config', 'none'];
    const flags = (name: string) => readFileSync(join(fleet.kubelet(name), FLAGS), 'utf8');
    const isMarked = (name: string) => flags(name).includes(MARK);
    const journal = async (): Promise<readonly RunEvent[]> => {
      const [newest] = await runIds(join(state, 'runs'));
      const run = newest === undefined ? undefined : await readRun(join(state, 'runs'), newest);
      return run?.ok ? run.value.events : [];
    };
    const begun = async () => (await journal()).flatMap((event) => (event.type === 'host.started' ? [event.host] : []));

    /** Stops each host that is to hang, as soon as it was changed, until told to end. */
    function hanging(): { stop(): void } {
      const left = new Set(HUNG);
      const look = () => {
        for (const name of left) {
          if (!isMarked(name)) continue;
          fleet.signal(name, 'SIGSTOP');
          left.delete(name);
        }
      };
      const timer = setInterval(look, 5);
      return { stop: () => clearInterval(timer) };
    }

    test('the budget counts what failed and what hangs, waves wait for no host that hangs, and the recap names them all', {
      timeout: 600_000,
    }, async () => {
      const watch = hanging();
      const { code, out } = await runbook(go('apply', join(work, 'mark.yaml'), '-y', '--max-hosts', '200'));
      watch.stop();
      const events = await journal();
      const ends = new Map(events.flatMap((event) => (event.type === 'host.finished' ? [[event.host, event.outcome] as const] : [])));
      const count = (outcome: string) => [...ends.values()].filter((one) => one === outcome).length;
      expect({
        code,
        ...Object.fromEntries(['fixed', 'rolled-back', 'unknown', 'unreachable', 'skipped'].map((outcome) => [outcome, count(outcome)])),
      }).toEqual({
        code: 3,
        fixed: 72,
        'rolled-back': 5,
        unknown: 3,
        unreachable: 4,
        skipped: 116,
      });
      expect(HUNG.map((name) => ends.get(name))).toEqual(['unknown', 'unknown', 'unknown']);
      expect(ILL.every((name) => ends.get(name) === 'rolled-back' && !isMarked(name))).toBe(true);

      // 4 % of the 196 hosts that were to be changed is 7.84: seven may fail. Three did in the first wave, eight after the second.
      const waves = events.flatMap((event) => (event.type === 'wave.finished' ? [[event.failures, event.budget]] : []));
      expect(waves).toEqual([
        [3, 7],
        [8, 7],
      ]);
      expect(events.find(({ type }) => type === 'budget.exceeded')).toMatchObject({ failures: 8, budget: 7 });
      const at = (type: string, host?: string) =>
        events.findIndex((event) => event.type === type && (host === undefined || ('host' in event && event.host === host)));
      const second = events.findIndex((event) => event.type === 'wave.started' && event.wave === 2);
      expect(at('host.parked', 'n10')).toBeLessThan(second);
      expect(at('host.finished', 'n10')).toBeGreaterThan(second);
      for (const words of ['72 hosts', '5 hosts', '3 hosts', '4 hosts', '116 hosts', 'runbook resume']) expect(out).toContain(words);
    });

    test('resume settles those that hung once they answer again', async () => {
      for (const name of HUNG) fleet.signal(name, 'SIGCONT');
      const { code } = await runbook(go('resume', 'last'));
      expect(code).toBe(3);
      expect(HUNG.map((name) => flags(name).includes(MARK))).toEqual([false, false, false]);
    });

    test('a halt is heard, and no host is begun after it', async () => {
      writeFileSync(join(work, 'mark.yaml'), RUNBOOK.replace('[20, 60, 100%], parallel: 100', '[100%], parallel: 2'));
      const before = await runIds(join(state, 'runs'));
      const { finished } = start(go('apply', join(work, 'mark.yaml'), '-y', '--max-hosts', '200', '-l', 'many[99:195]'));
      const isUnderWay = async () => (await runIds(join(state, 'runs'))).length > before.length && (await begun()).length >= 6;
      while (!(await isUnderWay())) {
        const ended = await Promise.race([finished, delay(20)]);
        if (ended) throw new Error(ended.err);
      }
      const halted = await runbook(['halt', '--all', '--json', '--state-dir', state]);
      expect(JSON.parse(halted.out)).toMatchObject([{ want: 'halt', heard: true }]);
      const then = (await begun()).length;
      expect(await finished).toMatchObject({ code: 130 });
      expect((await begun()).length).toBe(then);
      expect(then).toBeLessThan(97);
    });
  },
);
