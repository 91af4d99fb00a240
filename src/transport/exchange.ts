import type { ExecRequest, ExecResult, Gate, Secrets } from '../domain/transport.ts';
import { Countdown } from './countdown.ts';
import { MarkerScanner } from './marker-scanner.ts';

/** A running command, as much of it as an exchange needs. */
export interface Running {
  /** `sent` is called once the bytes were copied or written. */
  write(bytes: Uint8Array, sent: () => void): void;
  endInput(): void;
  /** Its output is no longer wanted. */
  kill(): void;
  /** Keeps it for another exchange, and gives the number that it is asked for by; absent: it cannot be kept. */
  keep?(): number;
}

/** How a command came to its end by itself. */
export type Ending =
  | { readonly kind: 'exited'; readonly code: number }
  | { readonly kind: 'signalled'; readonly signal: string }
  | { readonly kind: 'lost'; readonly why: string; readonly unsent?: true };

type Outcome = Ending | { readonly kind: 'refused' | 'flooded' | 'timed-out' } | { readonly kind: 'stayed'; readonly number: number };

interface WatchedGate {
  readonly gate: Gate;
  readonly scanner: MarkerScanner;
  fired: boolean;
}

/**
 * One exec, whatever carries it: collects the output, opens the gates, keeps the limits. Time begins at construction and
 * stands still while a secret is looked up. Standard input is closed after the preamble when there is no gate, else by the
 * gate that says so, unless the command is to stay and can. A secret is sent in UTF-8 with a newline after it.
 */
export class Exchange {
  /** Settles once, when the command ended or was given up. */
  readonly result: Promise<ExecResult>;
  readonly #request: ExecRequest;
  readonly #secrets: Secrets;
  readonly #gates: readonly WatchedGate[];
  readonly #countdown: Countdown;
  /** Streams on which the end of the answer is yet to come. */
  readonly #awaited: Map<'stdout' | 'stderr', MarkerScanner>;
  readonly #output: { readonly stdout: Uint8Array[]; readonly stderr: Uint8Array[] } = { stdout: [], stderr: [] };
  #resolve: (result: ExecResult) => void = () => {};
  #running: Running | undefined;
  #sending: Promise<void> = Promise.resolve();
  #bytes = 0;
  #settled = false;

  constructor(request: ExecRequest, secrets: Secrets) {
    this.#request = request;
    this.#secrets = secrets;
    this.#gates = request.gates.map((gate) => ({ gate, scanner: new MarkerScanner(gate.marker), fired: false }));
    this.result = new Promise((resolve) => {
      this.#resolve = resolve;
    });
    const { stays } = request;
    this.#awaited = new Map(stays?.streams.map((stream) => [stream, new MarkerScanner(stays.marker)]));
    this.#countdown = new Countdown(request.timeoutMs);
    this.#countdown.signal.addEventListener('abort', () => this.#giveUp('timed-out'));
  }

  get settled(): boolean {
    return this.#settled;
  }

  /** The command runs: sends the preamble. Kills it when it was given up meanwhile. */
  begin(running: Running): void {
    this.#running = running;
    if (this.#settled) {
      running.kill();
      return;
    }
    if (this.#request.preamble.length > 0) running.write(this.#request.preamble, () => {});
    if (this.#gates.length === 0) this.#endInput();
  }

  /** Output came. */
  take(stream: 'stdout' | 'stderr', chunk: Uint8Array): void {
    if (this.#settled) return;
    const room = this.#request.maxBytes - this.#bytes;
    this.#bytes += chunk.length;
    this.#output[stream].push(chunk.length > room ? chunk.subarray(0, room) : chunk);
    if (chunk.length > room) {
      this.#giveUp('flooded');
      return;
    }
    for (const watched of this.#gates) if (watched.gate.stream === stream) this.#look(watched, chunk);
    if ((this.#awaited.get(stream)?.feed(chunk) ?? 0) > 0) this.#answered(stream);
  }

  /** The command came to its end, or it is not known to which. */
  end(ending: Ending): void {
    this.#settle(ending);
  }

  #answered(stream: 'stdout' | 'stderr'): void {
    this.#awaited.delete(stream);
    if (this.#awaited.size > 0) return;
    const number = this.#running?.keep?.();
    if (number !== undefined) this.#settle({ kind: 'stayed', number });
  }

  #look(watched: WatchedGate, chunk: Uint8Array): void {
    if (watched.fired && watched.gate.again === 'ignore') return;
    const found = watched.scanner.feed(chunk);
    if (found === 0) return;
    if ((watched.fired || found > 1) && watched.gate.again === 'refused') {
      this.#giveUp('refused');
      return;
    }
    watched.fired = true;
    this.#sending = this.#sending.then(() => this.#send(watched.gate));
  }

  async #send(gate: Gate): Promise<void> {
    if (gate.send instanceof Uint8Array) this.#write(gate.send, gate.end);
    else await this.#sendSecret(gate.send.secret, gate.end);
  }

  async #sendSecret(secret: string, end: boolean): Promise<void> {
    try {
      const value = await this.#countdown.hold(() => this.#secrets.get({ secret }));
      if (value === undefined) this.#giveUp('refused');
      else this.#write(Buffer.from(`${value}\n`), end, true);
    } catch {
      this.#settle({ kind: 'lost', why: `the secret ${secret} could not be looked up` });
      this.#running?.kill();
    }
  }

  #write(bytes: Uint8Array, end: boolean, wipe = false): void {
    if (this.#settled) return;
    this.#running?.write(bytes, () => {
      if (wipe) bytes.fill(0);
    });
    if (end) this.#endInput();
  }

  #endInput(): void {
    if (this.#request.stays === undefined || this.#running?.keep === undefined) this.#running?.endInput();
  }

  #giveUp(kind: 'refused' | 'flooded' | 'timed-out'): void {
    if (this.#settled) return;
    this.#settle({ kind });
    this.#running?.kill();
  }

  #settle(outcome: Outcome): void {
    if (this.#settled) return;
    this.#settled = true;
    this.#countdown.stop();
    this.#resolve({ ...outcome, stdout: Buffer.concat(this.#output.stdout), stderr: Buffer.concat(this.#output.stderr) });
  }
}
