import { setTimeout as delay } from 'node:timers/promises';
import { HostFault } from '../domain/failure.ts';
import type { Secrets } from '../domain/transport.ts';
import { SHARED_WORKERS } from './worker-child.ts';
import { type Ended, WorkerProcess } from './worker-process.ts';
import { Suspects } from './worker-suspects.ts';
import { Warden } from './worker-warden.ts';
import { WATCH_LIMITS, Watch } from './worker-watch.ts';

/** Who has a place in a worker process. */
export interface Tenant {
  readonly host: string;
  /** Its connection is open, and needed by nobody right now. */
  readonly idle: boolean;
  /** Gives up its place. It takes another one when it is needed again. */
  vacate(): void;
}

/** What a pool needs. */
export interface PoolOptions {
  readonly secrets: Secrets;
  readonly entry: string;
}

/** Hosts in a process before another one is worth its start. */
const CROWD = 8;
/** Processes for one host each. */
const ALONE = 2;
const NEXT_LOOK_MS = 50;

/**
 * The worker processes of a run, and who is in which. When one comes to a bad end, each host that was in it gets a process of
 * its own the next time, until it has been well there to the end of its connection; one that ends that process too is refused.
 */
export class WorkerPool {
  readonly #options: PoolOptions;
  readonly #shared = new Map<WorkerProcess, Set<Tenant>>();
  readonly #alone = new Map<WorkerProcess, Set<Tenant>>();
  readonly #suspects = new Suspects();
  readonly #warden = new Warden();
  readonly #watch = new Watch(WATCH_LIMITS);
  #line: Promise<unknown> = Promise.resolve();
  #closed = false;

  constructor(options: PoolOptions) {
    this.#options = options;
  }

  /** A process for a host. Waits while too many are alone. Throws `HostFault` when it is not to be connected to. */
  async admit(tenant: Tenant): Promise<WorkerProcess> {
    this.#refuse(tenant);
    const worker = this.#suspects.isSuspected(tenant.host) ? await this.#ownProcess(tenant) : this.#leastCrowded();
    this.#tenantsOf(worker)?.add(tenant);
    return worker;
  }

  /** The tenant is in it no more; `well`: it was of use, and the process lives. */
  leave(tenant: Tenant, worker: WorkerProcess, well: boolean): void {
    this.#tenantsOf(worker)?.delete(tenant);
    if (!this.#alone.has(worker)) return;
    if (well) this.#suspects.clear(tenant.host);
    void worker.end();
  }

  /** Ends all processes. */
  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all([...this.#shared.keys(), ...this.#alone.keys()].map((worker) => worker.end()));
    this.#warden.close();
  }

  #refuse({ host }: Tenant): void {
    if (this.#closed) throw new HostFault({ code: 'lost', message: `${host} is not connected to any more: the run is over` });
    const refusal = this.#suspects.refusal(host);
    if (refusal !== undefined) throw new HostFault(refusal);
  }

  #tenantsOf(worker: WorkerProcess): Set<Tenant> | undefined {
    return this.#shared.get(worker) ?? this.#alone.get(worker);
  }

  #leastCrowded(): WorkerProcess {
    const [[worker, tenants] = []] = [...this.#shared].sort(([, a], [, b]) => a.size - b.size);
    const isFull = tenants === undefined || (tenants.size >= CROWD && this.#shared.size < SHARED_WORKERS);
    return worker === undefined || isFull ? this.#start(this.#shared) : worker;
  }

  /** One after another: whoever comes first gets the next free place. */
  #ownProcess(tenant: Tenant): Promise<WorkerProcess> {
    const turn = this.#line.then(async () => {
      while (this.#alone.size >= ALONE) {
        [...this.#alone.values()]
          .flatMap((tenants) => [...tenants])
          .find(({ idle }) => idle)
          ?.vacate();
        await delay(NEXT_LOOK_MS);
      }
      this.#refuse(tenant);
      return this.#start(this.#alone);
    });
    this.#line = turn.catch(() => {});
    return turn;
  }

  #start(kind: Map<WorkerProcess, Set<Tenant>>): WorkerProcess {
    const worker: WorkerProcess = new WorkerProcess({ ...this.#options, onEnd: (ended) => this.#remove(worker, kind, ended) });
    kind.set(worker, new Set());
    if (worker.pid === 0) return worker;
    this.#warden.guard(worker.pid);
    this.#watch.add(worker);
    return worker;
  }

  #remove(worker: WorkerProcess, kind: Map<WorkerProcess, Set<Tenant>>, { started, wanted, why }: Ended): void {
    const tenants = kind.get(worker) ?? [];
    kind.delete(worker);
    this.#watch.remove(worker);
    if (worker.pid !== 0) this.#warden.forget(worker.pid);
    if (!started || wanted) return;
    for (const { host } of tenants) {
      if (kind === this.#alone) this.#suspects.convict(host, why);
      else this.#suspects.suspect(host);
    }
  }
}
