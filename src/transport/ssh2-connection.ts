import type { Client } from 'ssh2';
import type { Connection, ExecRequest, ExecResult, Secrets } from '../domain/transport.ts';
import { type ChannelHost, ChannelRun } from './channel-run.ts';
import type { EarlyCommand } from './early-login.ts';
import { type Ending, Exchange } from './exchange.ts';
import type { Session } from './session.ts';
import { Sessions } from './sessions.ts';

const CLOSE_GRACE_MS = 2_000;

/** An authenticated connection over a session. Commands beyond the host's number of channels wait for their turn. */
export class Ssh2Connection implements Connection, ChannelHost {
  readonly client: Client;
  readonly keeps = true;
  /** Resolves once the connection is gone. */
  readonly gone: Promise<void>;
  readonly #session: Session;
  readonly #secrets: Secrets;
  readonly #channels = new Sessions();
  /** Commands of which nothing was sent yet. */
  readonly #waiting = new Set<Exchange>();
  /** Commands that stayed, by number. */
  readonly #kept = new Map<number, ChannelRun>();
  #numbers = 0;
  #first: { readonly command: string; readonly exchange: Exchange } | undefined;
  #running = 0;
  #retired = false;
  #ended = false;
  #tellGone: () => void = () => {};

  constructor(session: Session, secrets: Secrets) {
    this.#session = session;
    this.client = session.client;
    this.#secrets = secrets;
    this.client.setMaxListeners(0);
    this.gone = new Promise((resolve) => {
      this.#tellGone = resolve;
      if (session.socket.closed) resolve();
      else session.socket.once('close', () => resolve());
    });
  }

  get hostKey(): string {
    return this.#session.hostKey;
  }

  get closed(): boolean {
    return this.#retired || this.#ended || this.#session.socket.destroyed;
  }

  /** Begins what will be asked first before anybody asks it, while the login is still under way. */
  early(request: ExecRequest): EarlyCommand {
    const { command } = request;
    let run: ChannelRun | undefined;
    return {
      command,
      begin: async () => {
        const exchange = new Exchange(request, this.#secrets);
        run = new ChannelRun(this, exchange, await this.#channels.take());
        this.#first = { command, exchange };
        return run.run(command);
      },
      withdraw: () => {
        this.#first = undefined;
        run?.withdraw();
      },
    };
  }

  async exec(request: ExecRequest): Promise<ExecResult> {
    this.#running += 1;
    const exchange = this.#early(request) ?? new Exchange(request, this.#secrets);
    if (request.to !== undefined) this.#follow(request.to, exchange);
    else if (exchange !== this.#first?.exchange) void this.#start(exchange, request.command);
    const result = await exchange.result;
    this.#running -= 1;
    this.#goIfRetired();
    return result;
  }

  /** Resolves once the host was told; that it agrees would cost a round trip. */
  async close(): Promise<void> {
    const { socket } = this.#session;
    if (socket.destroyed) return;
    this.#ended = true;
    await new Promise<void>((resolve) => {
      const impatience = setTimeout(() => socket.destroy(), CLOSE_GRACE_MS);
      socket.once('finish', resolve);
      socket.once('close', () => {
        clearTimeout(impatience);
        resolve();
      });
      this.client.end();
    });
  }

  lost(): Ending {
    const why = this.#retired ? 'the connection was given up after a command that did not end' : this.#session.dropped();
    return { kind: 'lost', why: why ?? 'the connection broke' };
  }

  keep(run: ChannelRun): number {
    this.#numbers += 1;
    this.#kept.set(this.#numbers, run);
    return this.#numbers;
  }

  forget(run: ChannelRun): void {
    for (const [number, kept] of this.#kept) if (kept === run) this.#kept.delete(number);
  }

  retire(): void {
    this.#retired = true;
    this.#tellGone();
    for (const exchange of this.#waiting) exchange.end(this.lost());
    this.#goIfRetired();
  }

  destroy(): void {
    this.#session.socket.destroy();
  }

  #early({ command, to }: ExecRequest): Exchange | undefined {
    return to === undefined && command === this.#first?.command ? this.#first.exchange : undefined;
  }

  #follow(number: number, exchange: Exchange): void {
    const run = this.#kept.get(number);
    this.#kept.delete(number);
    if (run === undefined || this.closed) exchange.end({ kind: 'lost', why: 'the command that stayed is gone', unsent: true });
    else run.follow(exchange);
  }

  #goIfRetired(): void {
    if (this.#retired && this.#running === 0) this.destroy();
  }

  async #start(exchange: Exchange, command: string, attempt = 0): Promise<void> {
    this.#waiting.add(exchange);
    const release = await this.#channels.take();
    this.#waiting.delete(exchange);
    if (exchange.settled || this.closed) {
      exchange.end(this.lost());
      release();
      return;
    }
    if (await new ChannelRun(this, exchange, release).run(command)) return;
    if (await this.#channels.worthAnother(attempt)) await this.#start(exchange, command, attempt + 1);
    else exchange.end({ kind: 'lost', why: 'the host refused to open a channel' });
  }
}
