import type { Client } from 'ssh2';
import type { Connection, ExecRequest, ExecResult, Secrets } from '../domain/transport.ts';
import { type ChannelHost, ChannelRun } from './channel-run.ts';
import { type Ending, Exchange } from './exchange.ts';
import type { Session } from './session.ts';
import { Sessions } from './sessions.ts';

const CLOSE_GRACE_MS = 2_000;

/** An authenticated connection over a session. Commands beyond the host's number of channels wait for their turn. */
export class Ssh2Connection implements Connection, ChannelHost {
  readonly client: Client;
  /** Resolves once the connection is gone. */
  readonly gone: Promise<void>;
  readonly #session: Session;
  readonly #secrets: Secrets;
  readonly #channels = new Sessions();
  /** Commands of which nothing was sent yet. */
  readonly #waiting = new Set<Exchange>();
  #running = 0;
  #retired = false;
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
    return this.#retired || this.#session.socket.destroyed;
  }

  async exec(request: ExecRequest): Promise<ExecResult> {
    const exchange = new Exchange(request, this.#secrets);
    this.#running += 1;
    void this.#start(exchange, request.command);
    const result = await exchange.result;
    this.#running -= 1;
    this.#goIfRetired();
    return result;
  }

  async close(): Promise<void> {
    const { socket } = this.#session;
    if (socket.destroyed) return;
    await new Promise<void>((resolve) => {
      const impatience = setTimeout(() => socket.destroy(), CLOSE_GRACE_MS);
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

  retire(): void {
    this.#retired = true;
    this.#tellGone();
    for (const exchange of this.#waiting) exchange.end(this.lost());
    this.#goIfRetired();
  }

  destroy(): void {
    this.#session.socket.destroy();
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
