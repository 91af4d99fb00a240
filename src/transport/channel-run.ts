import type { Client, ClientChannel } from 'ssh2';
import type { Ending, Exchange, Running } from './exchange.ts';

/** What a channel tells the connection that it runs on. */
export interface ChannelHost {
  readonly client: Client;
  /** How the end of a broken connection is told. */
  lost(): Ending;
  /** A given-up command did not end: the connection takes no more commands, and goes once the others have ended. */
  retire(): void;
  /** The connection goes at once. */
  destroy(): void;
  /** A command has answered and stays; its number. */
  keep(run: ChannelRun): number;
  /** A command that stayed is there no more. */
  forget(run: ChannelRun): void;
}

const CLOSE_GRACE_MS = 2_000;
/** What a command that stays may say while nobody asks it. */
const UNASKED_BYTES = 64 * 1024;

/** One exec channel from its opening to its end: one exchange, or several one after another. */
export class ChannelRun implements Running {
  readonly #host: ChannelHost;
  #exchange: Exchange;
  /** Bytes that nobody asked for, of a command that stays; undefined while one is asked. */
  #unasked: number | undefined;
  readonly #release: () => void;
  #channel: ClientChannel | undefined;
  #impatience: NodeJS.Timeout | undefined;
  #broken = false;
  #over = false;

  /** `release` is called once, when the channel is gone. */
  constructor(host: ChannelHost, exchange: Exchange, release: () => void) {
    this.#host = host;
    this.#exchange = exchange;
    this.#release = release;
  }

  /** Runs a command. Resolves when it began: false when the host refused the channel itself, so nothing was sent. */
  run(command: string): Promise<boolean> {
    this.#host.client.prependListener('close', this.#onBreak);
    // A command given up while its channel is being opened is killed by `begin`; one that never opens takes the connection down.
    void this.#exchange.result.then(() => {
      if (this.#channel === undefined && !this.#over) this.#impatience = setTimeout(() => this.#host.destroy(), CLOSE_GRACE_MS);
    });
    return new Promise((resolve) => {
      try {
        this.#host.client.exec(command, (error, channel) => {
          resolve(error === undefined || !isChannelRefusal(error));
          if (error === undefined) this.#follow(channel);
          else this.#notOpened(error);
        });
      } catch {
        // The library throws only where the socket is no longer writable.
        this.#done();
        this.#exchange.end(this.#host.lost());
        resolve(true);
      }
    });
  }

  /** Puts the next exchange to a command that stayed. */
  follow(exchange: Exchange): void {
    this.#exchange = exchange;
    this.#unasked = undefined;
    if (this.#over) exchange.end({ kind: 'lost', why: 'the command that stayed is gone', unsent: true });
    else exchange.begin(this);
  }

  /** Its channel will not open, and is not waited for. */
  withdraw(): void {
    if (this.#over) return;
    this.#done();
    this.#exchange.end({ kind: 'lost', why: 'it was not begun', unsent: true });
  }

  keep(): number {
    this.#unasked = 0;
    return this.#host.keep(this);
  }

  write(bytes: Uint8Array, sent: () => void): void {
    this.#channel?.write(bytes, sent);
  }

  endInput(): void {
    this.#channel?.end();
  }

  kill(): void {
    this.#channel?.close();
    void this.#exchange.result.then(({ kind }) => {
      const giveUp = kind === 'flooded' ? () => this.#host.destroy() : () => this.#host.retire();
      if (!this.#over) this.#impatience = setTimeout(giveUp, CLOSE_GRACE_MS);
    });
  }

  readonly #onBreak = (): void => {
    this.#broken = true;
  };

  #notOpened(error: Error): void {
    this.#done();
    if (isChannelRefusal(error)) return;
    this.#exchange.end(this.#broken ? this.#host.lost() : { kind: 'lost', why: 'the host refused to run the command' });
  }

  #follow(channel: ClientChannel): void {
    clearTimeout(this.#impatience);
    this.#channel = channel;
    channel.on('data', (chunk: Buffer) => this.#take('stdout', chunk));
    channel.stderr.on('data', (chunk: Buffer) => this.#take('stderr', chunk));
    channel.on('error', () => {});
    channel.once('close', (code: number | null | undefined, signal?: string) => {
      const finish = () => {
        this.#done();
        this.#exchange.end(this.#ending(code, signal));
      };
      if (channel.stderr.readableEnded) finish();
      else channel.stderr.once('end', finish);
    });
    this.#exchange.begin(this);
  }

  #take(stream: 'stdout' | 'stderr', chunk: Buffer): void {
    if (this.#unasked === undefined) this.#exchange.take(stream, chunk);
    else {
      this.#unasked += chunk.length;
      if (this.#unasked > UNASKED_BYTES) this.#host.destroy();
    }
  }

  /** Without an orderly close, even an exit status is no answer: output may be missing. */
  #ending(code: number | null | undefined, signal: string | undefined): Ending {
    if (this.#broken) return this.#host.lost();
    if (typeof code === 'number') return { kind: 'exited', code };
    if (signal !== undefined) return { kind: 'signalled', signal };
    return { kind: 'lost', why: 'the channel was closed without an exit status' };
  }

  #done(): void {
    this.#over = true;
    clearTimeout(this.#impatience);
    this.#host.client.off('close', this.#onBreak);
    this.#host.forget(this);
    this.#release();
  }
}

/** The host answered the request for a channel with a refusal that names a reason (RFC 4254, section 5.1). */
function isChannelRefusal(error: Error): boolean {
  return 'reason' in error && typeof error.reason === 'number';
}
