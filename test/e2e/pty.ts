import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { onTestFinished } from 'vitest';
import { LAUNCH } from '../lab/command-line.ts';
import { onPath } from '../lab/commands.ts';
import { Screen } from './screen.ts';

/** Keys as a terminal sends them. */
export const RETURN = '\r';
export const DOWN = '\x1b[B';
export const CTRL_C = '\x03';

/** Why no pseudo terminal can be had here; undefined where one can. */
export const noTerminal =
  process.platform !== 'linux' || !onPath('script') || !onPath('stty') ? 'needs script(1) of util-linux and stty' : undefined;

/** A limit for what a test waits for, in ms, so that it fails with the screen in its message. */
const PATIENCE_MS = 60_000;

export interface PtyOptions {
  readonly columns?: number;
  readonly rows?: number;
  readonly env?: Readonly<Record<string, string>>;
}

/** A command line in a terminal of its own, as a person sits before it. */
export class Pty {
  readonly screen: Screen;
  readonly #child: ChildProcess;
  readonly #exited: Promise<number>;
  #ended = false;
  #waiting: (() => void)[] = [];

  /** Runs a shell command line; `script` makes the terminal, and the shell sets its size first. */
  constructor(commandLine: string, { columns = 80, rows = 24, env = {} }: PtyOptions = {}) {
    this.screen = new Screen(columns, rows);
    const command = `stty cols ${columns} rows ${rows}; ${commandLine}`;
    this.#child = spawn('script', ['-qefc', command, '/dev/null'], {
      env: { ...process.env, SHELL: '/bin/sh', TERM: 'xterm-256color', LC_ALL: 'C.UTF-8', ...unset, ...env },
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    this.#child.stdin?.on('error', () => undefined);
    this.#child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      this.screen.write(text);
      this.#wake();
    });
    this.#exited = new Promise((resolve, reject) => {
      this.#child.once('error', reject);
      this.#child.once('close', (code, signal) => {
        this.#ended = true;
        this.#wake();
        resolve(code ?? (signal === null ? -1 : -2));
      });
    });
    onTestFinished(() => this.close());
  }

  /** `runbook ARGS…`, which takes the place of the shell, so that signals and exit code are its own. */
  static runbook(args: readonly string[], options: PtyOptions = {}): Pty {
    return new Pty(`exec ${[LAUNCH, ...args].map(quoted).join(' ')}`, options);
  }

  /** Sends keys. */
  type(...keys: readonly string[]): void {
    for (const key of keys) this.#child.stdin?.write(key);
  }

  /** Resizes the terminal, as dragging its window does: the kernel sends SIGWINCH to the command. */
  resize(columns: number, rows: number): void {
    const [child] = readFileSync(`/proc/${this.#child.pid}/task/${this.#child.pid}/children`, 'utf8').split(' ');
    this.screen.resize(columns, rows);
    execFileSync('stty', ['-F', `/proc/${child}/fd/0`, 'cols', String(columns), 'rows', String(rows)]);
  }

  /** Resolves once what was shown so far matches; rejects with the screen when the command ends, or takes too long. */
  async waitFor(pattern: RegExp): Promise<void> {
    await this.#until(() => pattern.test(this.screen.text), String(pattern));
  }

  /** Resolves once a condition beside the terminal holds; it is asked again whenever the screen changes. */
  async #until(holds: () => boolean, what: string): Promise<void> {
    const limit = AbortSignal.timeout(PATIENCE_MS);
    while (!holds()) {
      if (this.#ended || limit.aborted) throw new Error(`waited in vain for ${what}; the screen:\n${this.screen.text}`);
      await new Promise<void>((resolve) => {
        this.#waiting.push(resolve);
        limit.addEventListener('abort', () => resolve(), { once: true });
      });
    }
  }

  /** The exit code, once the command has ended by itself. */
  async exitCode(): Promise<number> {
    await this.#until(() => this.#ended, 'the end').catch((error: unknown) => {
      if (!this.#ended) throw error;
    });
    return await this.#exited;
  }

  /** Takes the terminal away, as closing its window does: the kernel sends SIGHUP to the command. */
  close(): void {
    if (!this.#ended) this.#child.kill('SIGKILL');
  }

  #wake(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const wake of waiting) wake();
  }
}

/** What the test runner's own environment says of colours is not the user's wish. */
const unset = { NO_COLOR: '', FORCE_COLOR: undefined, CI: undefined };

/** A word for /bin/sh. */
export function quoted(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}
