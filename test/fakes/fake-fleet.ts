import type { AccessOptions, Fleet, Reader, Writer } from '../../src/domain/access.ts';
import { type Failure, HostFault } from '../../src/domain/failure.ts';
import type { Host } from '../../src/domain/host.ts';
import type { FakeHost } from './fake-host.ts';

/** Where a connection breaks: `before` the host began the transaction, or `after` it had carried it out, the receipt lost. */
export type Cut = 'before' | 'after';

/** A fleet in memory. Its faults are set per host name. */
export class FakeFleet implements Fleet {
  readonly hosts: ReadonlyMap<string, FakeHost>;
  /** Hosts that cannot be reached, with what is said of it. */
  readonly unreachable = new Map<string, Failure>();
  /** Hosts whose connection breaks at the next transaction, once each. */
  readonly cuts = new Map<string, Cut>();
  /** The same at the next confirm or undo. */
  readonly settleCuts = new Map<string, Cut>();
  /** Host names in the order of `read`, `write` and `close` calls: `read web1`. */
  readonly calls: string[] = [];
  /** Every transaction that was sent, whether it arrived or not: `web1 TX`. */
  readonly begins: string[] = [];
  /** The privilege that each `write` asked for: `web1 true`, or `web1 undefined` for that of the inventory. */
  readonly privileges: string[] = [];

  constructor(hosts: Iterable<FakeHost>) {
    this.hosts = new Map([...hosts].map((host) => [host.name, host]));
  }

  /** The host of that name; throws when the test has none. */
  host(name: string): FakeHost {
    const found = this.hosts.get(name);
    if (found === undefined) throw new Error(`no such fake host: ${name}`);
    return found;
  }

  /** Makes a host unreachable, or reachable again. */
  setReachable(name: string, reachable: boolean): void {
    if (reachable) this.unreachable.delete(name);
    else this.unreachable.set(name, { code: 'unreachable', message: `${name} does not answer` });
  }

  async read(host: Host): Promise<Reader> {
    this.calls.push(`read ${host.name}`);
    return this.reached(host);
  }

  async write(host: Host, access: AccessOptions = {}): Promise<Writer> {
    this.calls.push(`write ${host.name}`);
    this.privileges.push(`${host.name} ${access.become}`);
    const fake = this.reached(host);
    return {
      begin: (transaction) => {
        this.begins.push(`${host.name} ${transaction.id}`);
        return this.carried(host, this.cuts, () => fake.begin(transaction));
      },
      confirm: (tx) => this.carried(host, this.settleCuts, () => fake.confirm(tx)),
      undo: (tx) => this.carried(host, this.settleCuts, () => fake.undo(tx)),
    };
  }

  private async carried<T>(host: Host, cuts: Map<string, Cut>, call: () => Promise<T>): Promise<T> {
    this.reached(host);
    const cut = cuts.get(host.name);
    cuts.delete(host.name);
    const answer = cut === 'before' ? undefined : await call();
    if (answer === undefined || cut === 'after') throw new HostFault({ code: 'lost', message: 'the connection broke' });
    return answer;
  }

  async close(host: Host): Promise<void> {
    this.calls.push(`close ${host.name}`);
  }

  private reached(host: Host): FakeHost {
    const failure = this.unreachable.get(host.name);
    if (failure !== undefined) throw new HostFault(failure);
    return this.host(host.name);
  }
}

/** An inventory host of that name. */
export function inventoryHost(name: string, groups: readonly string[] = ['all']): Host {
  return { name, groups, vars: {} };
}
