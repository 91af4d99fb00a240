import type { Fleet, Reader } from '../domain/access.ts';
import type { Result } from '../domain/failure.ts';
import type { Host } from '../domain/host.ts';
import type { Step } from '../domain/runbook.ts';
import type { Place } from './observe-step.ts';

/** The readers of hosts that are asked in others' place (`on:`). One a host for the whole run, so that equal questions of many hosts are one. */
export class Elsewhere {
  readonly #fleet: Fleet;
  readonly #hostFor: (pattern: string) => Result<Host>;
  readonly #readers = new Map<string, Promise<Reader>>();
  readonly #held = new Set<string>();

  constructor(fleet: Fleet, hostFor: (pattern: string) => Result<Host>) {
    this.#fleet = fleet;
    this.#hostFor = hostFor;
  }

  /** The reader for a pattern; nobody where the inventory has no such host, or what is wrong with it. Throws `HostFault` when it cannot be reached. */
  async place(pattern: string, step: Step): Promise<Place> {
    const nobody = this.nobody(pattern);
    if (nobody !== undefined) return { nobody };
    const host = this.#hostFor(pattern);
    if (!host.ok) return { wrong: host.failure };
    this.#held.add(host.value.name);
    const key = `${pattern} ${step.become}`;
    const known = this.#readers.get(key) ?? this.#fleet.read(host.value, { become: step.become });
    this.#readers.set(key, known);
    return { reader: await known };
  }

  /** Why the inventory has nobody to ask; undefined when it has. */
  nobody(pattern: string): string | undefined {
    const host = this.#hostFor(pattern);
    return host.ok || host.failure.code !== 'not-found' ? undefined : `nobody to ask: ${host.failure.message}`;
  }

  /** True for a host that answers for others: its connection is not closed when its own turn is over. */
  holds(host: Host): boolean {
    return this.#held.has(host.name);
  }

  /** Drops a pattern's readers after a fault, so that the next question opens a fresh connection. */
  forget(pattern: string): void {
    for (const key of this.#readers.keys()) if (key.startsWith(`${pattern} `)) this.#readers.delete(key);
  }
}
