import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  closeSync,
  existsSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { RunEvent } from '../../src/domain/event.ts';
import { ownerLives } from '../../src/journal/owner.ts';
import { readRun, runIds } from '../../src/journal/run-archive.ts';
import { labBreak } from '../../src/lab/lab-break.ts';
import { labStatus } from '../../src/lab/lab-status.ts';
import type { LabHandle } from '../../src/lab/lab-up.ts';
import { runbook } from '../lab/command-line.ts';
import { noPractice, practice, scratch, snapshot } from '../lab-embedded/practice.ts';
import { type HostRecord, hostRecord } from './host-record.ts';

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

/** A line of `runs --json`, as far as tests look at it. */
export interface ListedRun {
  readonly run: string;
  readonly kind: string;
  readonly state: string;
  readonly live: boolean;
  readonly inDoubt: readonly string[];
  readonly outcomes: Readonly<Record<string, number>>;
}

/** Restarts on a host, held. */
export interface HeldRestarts {
  /** Resolves once a restart was begun. */
  reached(): Promise<void>;
  /** Lets one restart through, once it was begun. */
  letThrough(): Promise<void>;
  /** Restarts are not held any more. */
  open(): void;
}

const FLAGS = 'var/lib/kubelet/kubeadm-flags.env';
const STARTS = 'run/lab/units/kubelet.service/epochs';
const TIMERS = 'run/lab/timers';

/** The practice fleet, and command lines that work on it. Runs are kept in a directory that no other test has. */
export class PracticeFleet {
  readonly lab: LabHandle;
  /** Where runs are kept; {@link forget} begins a new one. */
  stateDirectory = '';

  private constructor(lab: LabHandle) {
    this.lab = lab;
    this.forget();
  }

  static async up(): Promise<PracticeFleet> {
    return new PracticeFleet(await practice());
  }

  /** Keeps runs in a directory of their own from now on. */
  forget(): void {
    this.stateDirectory = scratch();
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

  /** How a host stands by its own record. */
  record(host: string): HostRecord {
    return hostRecord(this.#at(host, ''), ['var/lib/kubelet']);
  }

  /** Forgets what hosts have on record, where nothing is under way. */
  forgetRecords(hosts: readonly string[]): void {
    for (const host of hosts) rmSync(this.#at(host, 'var/lib/runbook'), { recursive: true, force: true });
  }

  async kubelet(host: string): Promise<string> {
    const { hosts } = await labStatus(this.lab.paths.stateDir);
    return hosts.find(({ name }) => name === host)?.kubelet ?? 'no such host';
  }

  /** Resolves once no command is at work in a host: one whose caller was killed goes on to its end. Timers wait on. */
  async idle(host: string): Promise<void> {
    while (this.atWork(host).length > 0) await delay(10);
  }

  /** Processes of commands that are at work in a host; timers only wait. */
  atWork(host: string): readonly number[] {
    const waits = new Set(namesIn(this.#at(host, TIMERS)).map((name) => textOf(this.#at(host, `${TIMERS}/${name}`)).trim()));
    return commandsIn(this.#at(host, '')).filter((pid) => !waits.has(sessionOf(pid)));
  }

  /** Ends every command in a host at once, as when it loses its power. */
  async cutPower(host: string): Promise<void> {
    // Again and again: one that was being forked was not seen.
    for (let left = commandsIn(this.#at(host, '')); left.length > 0; left = commandsIn(this.#at(host, ''))) {
      for (const pid of left) {
        try {
          process.kill(pid, 'SIGKILL');
        } catch {
          // It ended with its parent.
        }
      }
      await delay(10);
    }
    rmSync(this.#at(host, TIMERS), { recursive: true, force: true });
  }

  /** Takes away all that runbook ever left on a host: for a test that must not inherit what failed in another one. */
  async cleanse(host: string, directories: readonly string[]): Promise<void> {
    await this.cutPower(host);
    this.forgetRecords([host]);
    for (const path of hostRecord(this.#at(host, ''), directories).leftovers) rmSync(this.#at(host, path), { force: true });
  }

  /** Lets the time of every timer in a host be up at once: what waits for it runs now. */
  elapse(host: string): void {
    for (const name of namesIn(this.#at(host, TIMERS))) {
      const leader = textOf(this.#at(host, `${TIMERS}/${name}`)).trim();
      for (const pid of commandsIn(this.#at(host, ''))) {
        if (sessionOf(pid) === leader && textOf(`/proc/${pid}/comm`) === 'sleep\n') process.kill(pid, 'SIGTERM');
      }
    }
  }

  /** The process of the newest run, once there is one. */
  async controller(): Promise<number> {
    const runs = join(this.stateDirectory, 'runs');
    for (;;) {
      const [newest = 'none'] = await runIds(runs);
      const owner = await readFile(join(runs, newest, 'owner'), 'utf8').catch(() => '');
      if (owner.endsWith('\n')) return Number(owner.split(' ')[0]);
      await delay(10);
    }
  }

  /** Resolves once the process of the newest run has ended. */
  async gone(): Promise<void> {
    await this.controller();
    const runs = join(this.stateDirectory, 'runs');
    const [newest = ''] = await runIds(runs);
    while (ownerLives(await readFile(join(runs, newest, 'owner'), 'utf8'))) await delay(10);
  }

  /** Events of the newest run, as its journal holds them; none before there is one. */
  async journal(): Promise<readonly RunEvent[]> {
    const directory = join(this.stateDirectory, 'runs');
    const [newest = 'none'] = await runIds(directory);
    const run = await readRun(directory, newest);
    return run.ok ? run.value.events : [];
  }

  /** What `runbook runs --json` says, newest first. */
  async listed(): Promise<readonly ListedRun[]> {
    const { out, err, code } = await runbook(['runs', '--json', ...this.state()]);
    if (code !== 0) throw new Error(err);
    return JSON.parse(out) as ListedRun[];
  }

  /** Lets every restart on a host wait until it is let through, so that a transaction can be held where it is. */
  holdRestarts(host: string): HeldRestarts {
    const [program, aside, gate, mark] = ['usr/bin/systemctl', 'usr/bin/systemctl.aside', 'root/gate', 'root/reached'].map((path) =>
      this.#at(host, path),
    );
    if (program === undefined || aside === undefined || gate === undefined || mark === undefined) throw new Error('no such path');
    rmSync(mark, { force: true });
    renameSync(program, aside);
    execFileSync('mkfifo', [gate]);
    const wait = 'case " $* " in *" restart "*) : >/root/reached; read -r _ </root/gate ;; esac';
    // Opened before it is run: it may be put back into its own place at any moment, and is then found there.
    const goOn = 'command exec 9</usr/bin/systemctl.aside || exec /usr/bin/systemctl "$@"\nexec /bin/sh /proc/self/fd/9 "$@"';
    writeFileSync(program, `#!/bin/sh\n${wait}\n${goOn}\n`);
    chmodSync(program, 0o755);
    let held = true;
    const open = () => {
      if (!held) return;
      held = false;
      renameSync(aside, program);
      // Opened for both, a FIFO never waits; who reads it goes on when this closes it.
      closeSync(openSync(gate, 'r+'));
      rmSync(gate);
    };
    // Opening a FIFO for writing waits until somebody reads it: the restart has been reached by then.
    const reached = async () => {
      while (!existsSync(mark)) await delay(20);
    };
    return { reached, letThrough: () => writeFile(gate, 'go\n'), open };
  }

  #at(host: string, path: string): string {
    return join(this.lab.paths.hosts, host, path);
  }
}

function namesIn(directory: string): readonly string[] {
  return existsSync(directory) ? readdirSync(directory) : [];
}

/** What a file says, or nothing where there is none any more. */
function textOf(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
}

/** The session that a process belongs to (proc_pid_stat(5), field 6). */
function sessionOf(pid: number): string {
  return textOf(`/proc/${pid}/stat`).split(') ').at(-1)?.split(' ')[3] ?? '';
}

/** Processes that have the tree as their root, or are on their way there. */
function commandsIn(tree: string): readonly number[] {
  const root = tree.replace(/\/$/, '');
  const isIn = (pid: string): boolean => {
    try {
      return readlinkSync(`/proc/${pid}/root`) === root || readFileSync(`/proc/${pid}/cmdline`, 'latin1').split('\0').includes(root);
    } catch {
      return false;
    }
  };
  return readdirSync('/proc').flatMap((pid) => (/^\d+$/.test(pid) && isIn(pid) ? [Number(pid)] : []));
}
