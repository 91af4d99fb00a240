import { type ChildProcess, spawn } from 'node:child_process';
import { readFile, rm } from 'node:fs/promises';
import type { Connection, ExecRequest, ExecResult, Secrets } from '../domain/transport.ts';
import { Exchange } from './exchange.ts';
import { sessionArguments } from './openssh-arguments.ts';
import type { OpensshMaster } from './openssh-master.ts';
import { Sessions } from './sessions.ts';

/** What ssh ends with when it does not know (ssh(1), EXIT STATUS): a signal, a broken connection, or a command that ended so. */
const NOT_KNOWN = 255;

/** Sessions over one ssh that is logged in; each is a process of its own. */
export class OpensshConnection implements Connection {
  readonly #master: OpensshMaster;
  readonly #secrets: Secrets;
  readonly #sessions = new Sessions();
  readonly #children = new Set<ChildProcess>();
  #running = 0;
  #retired = false;

  constructor(master: OpensshMaster, secrets: Secrets) {
    this.#master = master;
    this.#secrets = secrets;
  }

  get hostKey(): string | undefined {
    return this.#master.hostKey;
  }

  get closed(): boolean {
    return this.#retired || this.#master.ended;
  }

  async exec(request: ExecRequest): Promise<ExecResult> {
    const exchange = new Exchange(request, this.#secrets);
    this.#running += 1;
    void this.#start(exchange, request.command);
    const result = await exchange.result;
    this.#running -= 1;
    // A command that did not end may hold one of few sessions for ever: what is under way may end, nothing new is begun.
    if (result.kind === 'timed-out') this.#retired = true;
    if (this.#retired && this.#running === 0) this.#master.close();
    return result;
  }

  async close(): Promise<void> {
    this.#retired = true;
    this.#master.close();
    for (const child of this.#children) child.kill('SIGKILL');
    await this.#master.gone;
  }

  async #start(exchange: Exchange, command: string, attempt = 0): Promise<void> {
    const release = await this.#sessions.take();
    try {
      if (exchange.settled || this.closed) {
        exchange.end({ kind: 'lost', why: this.#master.ended ? this.#master.lastWord : 'the connection was given up' });
        return;
      }
      if (await this.#run(exchange, command)) return;
    } finally {
      release();
    }
    if (await this.#sessions.worthAnother(attempt)) await this.#start(exchange, command, attempt + 1);
    else exchange.end({ kind: 'lost', why: 'the host refused to open a session' });
  }

  /** False when the host refused the session, so that nothing reached it. */
  async #run(exchange: Exchange, command: string): Promise<boolean> {
    const log = this.#master.newLog();
    const child = spawn('ssh', sessionArguments(this.#master.socket, log, command), { stdio: 'pipe', detached: true });
    this.#children.add(child);
    const { stdin, stdout, stderr } = child;
    // A command need not read its input to the end.
    stdin.on('error', () => {});
    stdout.on('data', (chunk: Buffer) => exchange.take('stdout', chunk));
    stderr.on('data', (chunk: Buffer) => exchange.take('stderr', chunk));
    const ended = new Promise<number | Error | null>((resolve) => {
      child.once('error', resolve);
      child.once('close', resolve);
    });
    exchange.begin({
      write: (bytes, sent) => stdin.write(bytes, sent),
      endInput: () => stdin.end(),
      kill: () => child.kill('SIGKILL'),
    });
    const code = await ended;
    this.#children.delete(child);
    const said = await lastWords(log);
    if (code === NOT_KNOWN && said.includes(REFUSED) && !this.#master.ended) return false;
    if (typeof code === 'number' && code !== NOT_KNOWN) exchange.end({ kind: 'exited', code });
    else exchange.end({ kind: 'lost', why: code instanceof Error ? code.message : this.#why(said) });
    return true;
  }

  #why(said: string): string {
    if (this.#master.ended) return this.#master.lastWord;
    return said.trim().split('\n').at(-1) || 'ssh does not tell a signal, a broken connection and exit code 255 apart';
  }
}

/** Of ssh's mux client when sshd has no session left (MaxSessions). */
const REFUSED = 'Session open refused by peer';

/** What one ssh said itself; its file is gone afterwards. */
async function lastWords(log: string): Promise<string> {
  const text = await readFile(log, 'utf8').catch(() => '');
  await rm(log, { force: true });
  return text;
}
