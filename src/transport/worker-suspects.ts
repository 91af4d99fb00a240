import type { Failure } from '../domain/failure.ts';

/** What is held against hosts: which were on a worker process when it came to a bad end, and which did that to one alone. */
export class Suspects {
  readonly #suspected = new Set<string>();
  readonly #convicted = new Map<string, Failure>();

  /** Its next connection must be in a process of its own. */
  isSuspected(host: string): boolean {
    return this.#suspected.has(host);
  }

  /** Why it is not connected to again; undefined: it may be. */
  refusal(host: string): Failure | undefined {
    return this.#convicted.get(host);
  }

  suspect(host: string): void {
    this.#suspected.add(host);
  }

  /** Its process went on to the end of its connection. */
  clear(host: string): void {
    this.#suspected.delete(host);
  }

  /** It was alone in a process that ended. */
  convict(host: string, why: string): void {
    this.#convicted.set(host, {
      code: 'unreachable',
      message: `${host} stalls the SSH client: its worker process ${why}`,
      hint: 'nobody else was in that process, and it is not tried again in this run; look at what serves SSH on that host',
    });
  }
}
