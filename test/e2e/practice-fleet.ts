import { readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { labBreak } from '../../src/lab/lab-break.ts';
import { labStatus } from '../../src/lab/lab-status.ts';
import type { LabHandle } from '../../src/lab/lab-up.ts';
import { noPractice, practice, scratch, snapshot } from '../lab-embedded/practice.ts';

export { noPractice };

/** A title for tests that need the practice fleet, with the reason where they are skipped. */
export function onPractice(title: string): string {
  return noPractice === undefined ? title : `${title} (not here: ${noPractice})`;
}

/** A file as a rollback must put it back. */
export interface FileFacts {
  readonly text: string;
  readonly mode: string;
  readonly owner: string;
  readonly mtimeNs: bigint;
}

const FLAGS = 'var/lib/kubelet/kubeadm-flags.env';
const STARTS = 'run/lab/units/kubelet.service/epochs';

/** The practice fleet, and command lines that work on it. Runs are kept in a directory that no other test has. */
export class PracticeFleet {
  readonly lab: LabHandle;
  readonly stateDirectory: string;

  private constructor(lab: LabHandle, stateDirectory: string) {
    this.lab = lab;
    this.stateDirectory = stateDirectory;
  }

  static async up(): Promise<PracticeFleet> {
    return new PracticeFleet(await practice(), scratch());
  }

  /** `VERB kubelet-bad-flag` with everything that it needs to run here and be quick. */
  run(verb: 'diagnose' | 'plan' | 'apply', ...more: readonly string[]): readonly string[] {
    return [verb, 'kubelet-bad-flag', ...this.hosts(), '-e', 'stable_for=1s', ...more];
  }

  /** Options that say where the hosts and the runs are. */
  hosts(): readonly string[] {
    return ['-i', this.lab.paths.inventory, ...this.state()];
  }

  state(): readonly string[] {
    return ['--state-dir', this.stateDirectory];
  }

  /** Puts bad flags where they are not already, and lets the kubelets crash-loop for five minutes. */
  async break(hosts: readonly string[] = ['lab-2', 'lab-4'], incident = 'kubelet-bad-flag'): Promise<void> {
    const broken = await labBreak(this.lab.paths.stateDir, incident, hosts);
    if (!broken.ok) throw new Error(broken.failure.message);
  }

  /** All files of a host: names, modes, times and digests. */
  tree(host: string): readonly string[] {
    return snapshot(join(this.lab.paths.hosts, host));
  }

  /** The flags file that kubeadm made. */
  flags(host: string): FileFacts {
    const path = this.#at(host, FLAGS);
    const { mode, uid, gid, mtimeNs } = statSync(path, { bigint: true });
    return { text: readFileSync(path, 'latin1'), mode: mode.toString(8), owner: `${uid}:${gid}`, mtimeNs };
  }

  /** The arguments that the kubelet was last started with. */
  startedWith(host: string): string {
    const last = readdirSync(this.#at(host, STARTS)).sort().at(-1) ?? '';
    return readFileSync(join(this.#at(host, STARTS), last, 'argv'), 'latin1');
  }

  /** How many times the kubelet was started by somebody. */
  starts(host: string): number {
    return readdirSync(this.#at(host, STARTS)).length;
  }

  async kubelet(host: string): Promise<string> {
    const { hosts } = await labStatus(this.lab.paths.stateDir);
    return hosts.find(({ name }) => name === host)?.kubelet ?? 'no such host';
  }

  /** Resolves once no command is at work in a host: one whose caller was killed goes on to its end. */
  async idle(host: string): Promise<void> {
    while (commandsIn(this.#at(host, ''))) await delay(10);
  }

  /** Run ids with the process that each belongs to. */
  runs(): readonly { readonly id: string; readonly pid: number }[] {
    const directory = join(this.stateDirectory, 'runs');
    return readdirSync(directory).map((id) => ({ id, pid: Number(readFileSync(join(directory, id, 'owner'), 'utf8').split(' ')[0]) }));
  }

  #at(host: string, path: string): string {
    return join(this.lab.paths.hosts, host, path);
  }
}

/** Whether a process has the tree as its root, or is on its way there. */
function commandsIn(tree: string): boolean {
  const root = tree.replace(/\/$/, '');
  return readdirSync('/proc').some((pid) => {
    if (!/^\d+$/.test(pid)) return false;
    try {
      return readlinkSync(`/proc/${pid}/root`) === root || readFileSync(`/proc/${pid}/cmdline`, 'latin1').split('\0').includes(root);
    } catch {
      return false;
    }
  });
}
