import type { ChildProcess } from 'node:child_process';
import { Socket } from 'node:net';
import type { Secrets } from '../domain/transport.ts';
import { isPassphrase } from './passphrase.ts';
import { hold, workerChild } from './worker-child.ts';
import { BEATS, type FromWorker, type ToWorker, type WorkerAnswer, type WorkerRequest } from './worker-messages.ts';
import type { Watched } from './worker-watch.ts';

/** The answer of a worker process that ended before it gave one. */
export interface Ended {
  readonly kind: 'ended';
  /** What goes on after "its worker process". */
  readonly why: string;
  /** False: it never came to life, so no host has to do with it. */
  readonly started: boolean;
  /** It was told to end. */
  readonly wanted: boolean;
}

/** What a worker process is started with. */
export interface WorkerStart {
  /** The program: a file that calls `serveTransport`. */
  readonly entry: string;
  readonly secrets: Secrets;
  /** Called once, before anybody who waits for an answer learns of the end. */
  onEnd(ended: Ended): void;
}

const TAIL_CHARACTERS = 4_096;
/** Unlocking a key with many rounds is long work during which nothing else happens. */
const UNLOCKING_MS = 30_000;
const END_GRACE_MS = 1_000;

/**
 * One worker process, seen from its parent. It has a session of its own, so that neither Ctrl-C nor the end of the terminal
 * reaches it while this process still brings hosts to their end. While it owes no answer it does not keep this process alive.
 */
export class WorkerProcess implements Watched {
  signs = 0;
  patienceMs = 0;
  readonly #child: ChildProcess;
  readonly #start: WorkerStart;
  readonly #owed = new Map<number, (answer: WorkerAnswer | Ended) => void>();
  readonly #connections = new Map<number, () => void>();
  readonly #over = Promise.withResolvers<void>();
  #next = 0;
  #tail = '';
  #killed: string | undefined;
  #wanted = false;
  #ended: Ended | undefined;

  constructor(start: WorkerStart) {
    this.#start = start;
    this.#child = workerChild(start.entry);
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#tail = `${this.#tail}${text}`.slice(-TAIL_CHARACTERS);
    });
    const beats = this.#child.stdio[BEATS.fd];
    if (beats instanceof Socket) beats.on('data', () => this.#lives());
    this.#child.on('message', (message) => this.#take(message as FromWorker));
    this.#child.once('error', (error) => this.#end(`could not be started: ${error.message}`));
    // Not at 'close', which does not come where this side disconnected.
    this.#child.once('exit', (code, signal) => {
      const end = () => this.#end(this.#killed ?? `${ending(code, signal)}${lastWords(this.#tail)}`);
      if (this.#child.stderr === null || this.#child.stderr.closed) end();
      else this.#child.stderr.once('close', end);
    });
    hold(this.#child, false);
  }

  /** 0 when it could not be started. */
  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** Asks for something; `gone` is called once, when a connection that was asked for is there no more. */
  ask(request: WorkerRequest, gone?: () => void): { readonly id: number; readonly answer: Promise<WorkerAnswer | Ended> } {
    const id = this.#next++;
    const { promise, resolve } = Promise.withResolvers<WorkerAnswer | Ended>();
    if (this.#ended !== undefined) {
      resolve(this.#ended);
      return { id, answer: promise };
    }
    this.#owed.set(id, resolve);
    if (gone !== undefined) this.#connections.set(id, gone);
    hold(this.#child, true);
    this.#send({ kind: 'request', id, request });
    return { id, answer: promise };
  }

  kill(why: string): void {
    this.#killed ??= why;
    this.#child.kill('SIGKILL');
  }

  /** Lets it end by itself, or makes it. Resolves once it has ended. */
  async end(): Promise<void> {
    this.#wanted = true;
    if (this.#ended !== undefined) return;
    hold(this.#child, true);
    if (this.#child.connected) this.#child.disconnect();
    const impatience = setTimeout(() => this.#child.kill('SIGKILL'), END_GRACE_MS);
    await this.#over.promise;
    clearTimeout(impatience);
  }

  #lives(): void {
    this.signs += 1;
  }

  #take(message: FromWorker): void {
    this.#lives();
    switch (message.kind) {
      case 'answer':
        this.#owed.get(message.id)?.(message.answer);
        this.#owed.delete(message.id);
        if (this.#owed.size === 0) hold(this.#child, false);
        break;
      case 'gone':
        this.#connections.get(message.connection)?.();
        this.#connections.delete(message.connection);
        break;
      case 'secret':
        void this.#tell(message);
        break;
    }
  }

  async #tell({ id, ref }: Extract<FromWorker, { kind: 'secret' }>): Promise<void> {
    try {
      const value = await this.#start.secrets.get(ref);
      if (isPassphrase(ref)) this.patienceMs = UNLOCKING_MS;
      this.#send({ kind: 'secret', id, value, failed: false });
    } catch {
      this.#send({ kind: 'secret', id, value: undefined, failed: true });
    }
  }

  /** That it cannot be sent is no news: the end of the process is told of, too. */
  #send(message: ToWorker): void {
    this.#child.send(message, () => {});
  }

  #end(why: string): void {
    if (this.#ended !== undefined) return;
    this.#ended = { kind: 'ended', why, started: this.signs > 0, wanted: this.#wanted };
    this.#start.onEnd(this.#ended);
    for (const gone of this.#connections.values()) gone();
    for (const answer of this.#owed.values()) answer(this.#ended);
    this.#connections.clear();
    this.#owed.clear();
    this.#over.resolve();
  }
}

function ending(code: number | null, signal: string | null): string {
  return signal === null ? `ended with exit code ${code}` : `was ended by ${signal}`;
}

/** What a process said in the end: the line that names an error, where there is one. */
function lastWords(tail: string): string {
  const lines = tail.split('\n').filter((line) => line.trim() !== '');
  const line = lines.findLast((text) => /^(FATAL ERROR|\w*Error\b)/.test(text)) ?? lines.at(-1);
  return line === undefined ? '' : `: ${line.trim().slice(0, 300)}`;
}
