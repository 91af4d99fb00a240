import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { type Failure, HostFault } from '../domain/failure.ts';
import type { Target } from '../domain/transport.ts';
import { timeoutFailure } from './connect-failure.ts';
import { masterArguments } from './openssh-arguments.ts';
import { opensshFailure, wasTurnedAway } from './openssh-failure.ts';
import type { Warden } from './worker-warden.ts';

/** Lines of ssh's log that are kept, from its end. */
const LOG_LINES = 60;
const FIRST_PAUSE_MS = 200;
const LONGEST_PAUSE_MS = 2_000;

/** An ssh that is logged in and serves sessions over a socket in a directory of its own. */
export class OpensshMaster {
  readonly socket: string;
  /** Resolves once it has ended, by whichever cause. */
  readonly gone: Promise<void>;
  hostKey: string | undefined;
  readonly #child: ChildProcess;
  readonly #log: string[] = [];
  #ended = false;
  #sessions = 0;

  private constructor(target: Target, directory: string, configFile: string | undefined) {
    this.socket = join(directory, 's');
    // A session of its own: Ctrl-C at the terminal is for runbook, which ends its hosts in order.
    this.#child = spawn('ssh', masterArguments(target, this.socket, configFile), { stdio: ['ignore', 'ignore', 'pipe'], detached: true });
    this.gone = new Promise((resolve) => {
      const end = () => {
        this.#ended = true;
        void rm(directory, { recursive: true, force: true }).finally(resolve);
      };
      this.#child.once('error', (error) => {
        this.#log.push(error.message);
        end();
      });
      this.#child.once('close', end);
    });
  }

  get ended(): boolean {
    return this.#ended;
  }

  /** Logs in, by another file than the user's configuration where one is named. Throws `HostFault` (host-key, auth, timed-out, unreachable) with ssh's own words. */
  static async open(target: Target, warden: Warden, configFile?: string): Promise<OpensshMaster> {
    const until = performance.now() + target.connectTimeoutMs;
    for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)) {
      const master = new OpensshMaster(target, await mkdtemp(join(tmpdir(), 'rb-')), configFile);
      master.#guard(warden);
      const failure = await master.#failure(target, until);
      if (failure === undefined) return master;
      // Those who were turned away together would else come again together.
      const wait = pauseMs * (0.5 + Math.random());
      if (!wasTurnedAway(failure, target) || performance.now() + wait > until) throw new HostFault(failure);
      await delay(wait);
    }
  }

  #guard(warden: Warden): void {
    const { pid } = this.#child;
    if (pid === undefined || this.#ended) return;
    warden.guard(pid);
    this.#child.once('exit', () => warden.forget(pid));
  }

  /** Why it did not come to be logged in; undefined once it is. */
  async #failure(target: Target, until: number): Promise<Failure | undefined> {
    const limit = setTimeout(() => this.close(), until - performance.now());
    const isReady = await Promise.race([this.#ready(), this.gone.then(() => false)]);
    const wasLate = !isReady && this.#child.signalCode === 'SIGTERM';
    clearTimeout(limit);
    if (isReady) return undefined;
    return wasLate ? timeoutFailure(target, 'login') : opensshFailure(target, this.#log);
  }

  /** Ssh's last words, for what broke later. */
  get lastWord(): string {
    return this.#log.findLast((line) => !line.startsWith('debug')) ?? 'the connection broke';
  }

  /** A path for the words of a session's ssh. */
  newLog(): string {
    this.#sessions += 1;
    return `${this.socket}.${this.#sessions}`;
  }

  close(): void {
    this.#child.kill('SIGTERM');
  }

  #ready(): Promise<boolean> {
    return new Promise((resolve) => {
      const { stderr } = this.#child;
      if (stderr === null) return;
      createInterface({ input: stderr }).on('line', (line) => {
        this.#log.push(line);
        if (this.#log.length > LOG_LINES) this.#log.shift();
        // Hops are logged in to by processes that say no more than what went wrong.
        this.hostKey = /^debug1: Server host key: \S+ (SHA256:\S+)/.exec(line)?.[1] ?? this.hostKey;
        if (line.startsWith('debug1: Entering interactive session')) resolve(true);
      });
    });
  }
}
