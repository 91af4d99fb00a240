import { HostFault } from '../domain/failure.ts';
import type { Connection, ExecRequest, ExecResult, Target } from '../domain/transport.ts';
import type { Tenant, WorkerPool } from './worker-pool.ts';
import type { WorkerProcess } from './worker-process.ts';

/** An open connection in a worker process. */
interface Seat {
  readonly worker: WorkerProcess;
  readonly id: number;
}

/** How long an open connection may be without its first command before it counts as idle, in ms. */
const FIRST_COMMAND_MS = 1_000;

/** A connection that a worker process holds. It may change the process between two commands, and logs in anew then. */
export class WorkerConnection implements Connection, Tenant {
  readonly keeps = true;
  readonly #target: Target;
  readonly #pool: WorkerPool;
  readonly #first: ExecRequest | undefined;
  /** Where commands have stayed. */
  #home: Seat | undefined;
  /** The login that is under way or done; undefined: it is made when it is needed. */
  #seat: Promise<Seat> | undefined;
  #taken: Seat | undefined;
  #left: Promise<unknown> = Promise.resolve();
  #hostKey: string | undefined;
  #running = 0;
  #worked = false;
  #idleSince = 0;
  #closed = false;

  /** Logs in. Throws as a transport does. */
  static async open(target: Target, pool: WorkerPool, first?: ExecRequest): Promise<WorkerConnection> {
    const connection = new WorkerConnection(target, pool, first);
    await connection.#seated();
    return connection;
  }

  private constructor(target: Target, pool: WorkerPool, first: ExecRequest | undefined) {
    this.#target = target;
    this.#pool = pool;
    this.#first = first;
  }

  get host(): string {
    return this.#target.host;
  }

  get closed(): boolean {
    return this.#closed;
  }

  get hostKey(): string | undefined {
    return this.#hostKey;
  }

  get idle(): boolean {
    const isUsed = this.#worked || performance.now() - this.#idleSince > FIRST_COMMAND_MS;
    return this.#taken !== undefined && this.#running === 0 && isUsed;
  }

  async exec(request: ExecRequest): Promise<ExecResult> {
    if (this.#closed) return { ...lost('the connection is gone'), ...(request.to === undefined ? {} : { unsent: true }) };
    this.#running += 1;
    try {
      return await this.#run(await this.#seated(), request);
    } catch (error) {
      if (!(error instanceof HostFault)) throw error;
      this.#closed = true;
      return lost(error.failure.message);
    } finally {
      this.#running -= 1;
      this.#idleSince = performance.now();
      if (this.#closed && this.#running === 0) this.#leave();
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.vacate();
    await this.#left;
  }

  vacate(): void {
    const seat = this.#taken;
    this.#taken = undefined;
    this.#seat = undefined;
    if (seat !== undefined) this.#left = this.#rise(seat);
  }

  async #rise({ worker, id }: Seat): Promise<void> {
    const answer = await worker.ask({ kind: 'close', connection: id }).answer;
    this.#pool.leave(this, worker, answer.kind === 'closed' && this.#worked);
  }

  #seated(): Promise<Seat> {
    this.#seat ??= this.#left.then(() => this.#sit());
    return this.#seat;
  }

  /** A login that a process took down with it is tried again, since nothing was asked of the host yet. The pool ends that. */
  async #sit(): Promise<Seat> {
    for (;;) {
      const worker = await this.#pool.admit(this);
      const first = this.#worked || this.#first === undefined ? {} : { first: this.#first };
      const { id, answer } = worker.ask({ kind: 'connect', target: this.#target, ...first }, () => this.#broke(worker));
      const seat = { worker, id };
      const said = await answer;
      if (said.kind === 'connected') return this.#take(seat, said.hostKey);
      this.#pool.leave(this, worker, false);
      if (said.kind === 'refused') throw new HostFault(said.failure);
      if (said.kind === 'thrown') throw new Error(said.stack);
      if (said.kind === 'ended' && !said.started) throw new HostFault(notStarted(this.host, said.why));
    }
  }

  #take(seat: Seat, hostKey: string | undefined): Seat {
    // Who logs in anew unnoticed must have met the same host.
    const isAnother = this.#hostKey !== undefined && hostKey !== this.#hostKey;
    this.#hostKey ??= hostKey;
    this.#closed ||= isAnother;
    this.#taken = seat;
    this.#idleSince = performance.now();
    if (!this.#closed) return seat;
    this.vacate();
    throw new HostFault({ code: 'lost', message: `the connection to ${this.host} was closed` });
  }

  async #run(seat: Seat, request: ExecRequest): Promise<ExecResult> {
    const { worker, id } = seat;
    if (request.to !== undefined && this.#home !== seat) return { ...lost('the command that stayed is gone'), unsent: true };
    const said = await worker.ask({ kind: 'exec', connection: id, request }).answer;
    switch (said.kind) {
      case 'result':
        this.#worked = true;
        if (said.result.kind === 'stayed') this.#home = seat;
        this.#closed ||= said.closed;
        return said.result;
      case 'ended':
        this.#closed = true;
        return { ...lost(`its worker process ${said.why}`), blind: true };
      case 'thrown':
        throw new Error(said.stack);
      default:
        throw new Error(`a worker process answered a command with ${said.kind}`);
    }
  }

  /** The connection broke. Commands under way still have their answers to come. */
  #broke(worker: WorkerProcess): void {
    if (this.#taken?.worker !== worker) return;
    this.#closed = true;
    if (this.#running === 0) this.#leave();
  }

  #leave(): void {
    if (this.#taken !== undefined) this.#pool.leave(this, this.#taken.worker, false);
    this.#taken = undefined;
  }
}

function lost(why: string): ExecResult & { readonly kind: 'lost' } {
  return { kind: 'lost', why, stdout: new Uint8Array(), stderr: new Uint8Array() };
}

function notStarted(host: string, why: string) {
  return { code: 'unreachable', message: `cannot reach ${host}: the worker process for it ${why}` } as const;
}
