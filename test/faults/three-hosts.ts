import { existsSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { RunEvent } from '../../src/domain/event.ts';
import { recordRun } from '../../src/views/run-record.ts';
import { type HostRecord, hostRecord } from '../e2e/host-record.ts';
import { PracticeFleet } from '../e2e/practice-fleet.ts';
import { scratch } from '../lab-embedded/practice.ts';

export const HOSTS = ['lab-1', 'lab-2', 'lab-3'];
const OLD = 'level = old\n';
const NEW = 'level = new\n';
const PATH = 'etc/level.conf';

/** One file and one restart on three hosts side by side; what it verifies holds at once, unless it is told to wait. */
const RUNBOOK = `apiVersion: runbook/v1
name: level
summary: Raise a level, and restart what reads it
inputs:
  stable_for: { type: string, default: 0s, description: how long the unit must have been up }
  watched: { type: string, default: kubelet.service, description: the unit that must be up }
hosts: ${HOSTS.join(',')}
remediate:
  - { id: file, uses: file.content, with: { path: /${PATH}, content: "level = new\\n" } }
  - { id: restart, uses: systemd.restart, with: { unit: kubelet.service }, on_change: [file] }
verify:
  - { id: up, uses: systemd.unit, with: { unit: '\${{ inputs.watched }}', expect: { active: true, stable_for: '\${{ inputs.stable_for }}' } } }
rollout: { waves: [WAVES], max_failures: 0, verify_timeout: VERIFYs, parallel: PARALLEL }
`;

/** State, file, starts and outcome that go together. */
const WHOLE =
  /^CONFIRMED new 1 fixed$|^ROLLEDBACK old (0|1|2) rolled-back$|^(ROLLEDBACK|none) old 0 (skipped|would-fix|failed|unreachable)$/;

/** How one of the three stands: what its file is, how often its unit was started since it was made old, and its own record. */
export interface Stand {
  /** `old` and `new` are whole: bytes, mode, and for `old` the time as well. */
  readonly file: string;
  readonly starts: number;
  readonly record: HostRecord;
}

/** Three hosts of a practice fleet, and a runbook that changes each of them by one file and one restart. */
export class ThreeHosts {
  readonly fleet: PracticeFleet;
  readonly #directory = scratch();
  readonly #starts = new Map<string, number>();

  private constructor(fleet: PracticeFleet) {
    this.fleet = fleet;
  }

  static async up(): Promise<ThreeHosts> {
    return new ThreeHosts(await PracticeFleet.up());
  }

  /** All old, nothing on record, and runs kept in a directory of their own. */
  async renew(): Promise<void> {
    this.fleet.forget();
    for (const host of HOSTS) {
      await this.fleet.cleanse(host, ['etc']);
      writeFileSync(this.#at(host, PATH), OLD, { mode: 0o640 });
      utimesSync(this.#at(host, PATH), 1_000_000, 1_000_000);
      this.#starts.set(host, this.fleet.starts(host));
    }
  }

  /** `apply` of the runbook; `waves` and `parallel` as in its `rollout`, `verifySeconds` its time limit. */
  apply({ waves = '100%', verifySeconds = 20, parallel = 25, more = ['--json'] as readonly string[] } = {}): readonly string[] {
    const path = join(this.#directory, `level-${waves.replaceAll(/\W/g, '')}-${verifySeconds}-${parallel}.yaml`);
    writeFileSync(path, RUNBOOK.replace('WAVES', waves).replace('VERIFY', String(verifySeconds)).replace('PARALLEL', String(parallel)));
    return ['apply', path, ...this.fleet.hosts(), '-y', ...more];
  }

  /** `resume` or `rollback` of a run. */
  go(verb: 'resume' | 'rollback', run: string): readonly string[] {
    return [verb, run, ...this.fleet.hosts(), '--json', ...(verb === 'rollback' ? ['-y'] : [])];
  }

  stand(host: string): Stand {
    const starts = this.fleet.starts(host) - (this.#starts.get(host) ?? 0);
    return { file: this.#file(host), starts, record: hostRecord(this.#at(host, ''), ['etc']) };
  }

  /** What is wrong with the three by the record of a run that is settled: nothing may be half, doubled or told otherwise than it is. */
  oddities(events: readonly RunEvent[]): readonly string[] {
    const ends = endsOf(events);
    return HOSTS.flatMap((host) => {
      const { file, starts, record } = this.stand(host);
      const [state = 'none', ...more] = record.states;
      const found = `${state} ${file} ${starts} ${ends[host] ?? 'skipped'}`;
      const left = [...more, ...record.leftovers, ...record.lock.filter((holder) => holder !== 'free')];
      return [...(WHOLE.test(found) ? [] : [found]), ...left].map((what) => `${host}: ${what}`);
    });
  }

  /** The names of the states of a host's transactions, as its own record has them. */
  states(host: string): readonly string[] {
    return this.stand(host).record.states;
  }

  #file(host: string): string {
    if (!existsSync(this.#at(host, PATH))) return 'gone';
    const text = readFileSync(this.#at(host, PATH), 'latin1');
    const { mode, mtimeMs } = statSync(this.#at(host, PATH));
    const facts = `${text} ${(mode & 0o777).toString(8)}${mtimeMs === 1_000_000_000 ? ' then' : ''}`;
    return facts === `${OLD} 640 then` ? 'old' : facts === `${NEW} 640` ? 'new' : facts;
  }

  #at(host: string, path: string): string {
    return join(this.fleet.lab.paths.hosts, host, path);
  }
}

/** How each host ended by the record of a run; `would-fix` is one that was never begun. */
export function endsOf(events: readonly RunEvent[]): Readonly<Record<string, string>> {
  return Object.fromEntries(recordRun(events).endings.map(({ host, outcome }) => [host, outcome]));
}

/** The environment that loads a module of this directory into a controller before anything else. */
export function preload(module: string, more: Readonly<Record<string, string>>): Record<string, string> {
  return { NODE_OPTIONS: `--disable-warning=ExperimentalWarning --import=${fileURLToPath(new URL(module, import.meta.url))}`, ...more };
}
