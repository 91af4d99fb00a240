import type { EventBody } from '../domain/event.ts';
import type { Outcome } from '../domain/plan.ts';
import { isSettled } from '../domain/transaction.ts';

/**
 * Outcomes that spend the failure budget: all in which a change was begun, or could not be, and the host is not known to be
 * well. A stale host is refused before anything is done to it, so it says nothing against doing the same to others.
 */
const SPENDS: ReadonlySet<Outcome> = new Set(['failed', 'rolled-back', 'conflict', 'unreachable', 'unknown']);

/** How a rollout goes, by the events of its hosts. */
export class Tally {
  readonly begun = new Set<string>();
  /** Hosts that came to the outcome that the run is for. */
  readonly aimed = new Set<string>();
  /** Hosts that were begun, and are not known to be settled. */
  readonly busy = new Set<string>();
  failures = 0;
  /** Hosts that came to their end here and have not settled: nobody knows of them, or they go on taking themselves back. */
  unconfirmed = 0;
  readonly #aim: Outcome;
  readonly #open = new Set<string>();

  /** `aim`: the outcome that the run is for, and never a failure. */
  constructor(aim: Outcome) {
    this.#aim = aim;
  }

  /** How many of a group are begun and not settled. */
  busyOf(hosts: ReadonlySet<string>): number {
    return [...this.busy].filter((name) => hosts.has(name)).length;
  }

  take(event: EventBody): void {
    switch (event.type) {
      case 'host.started':
        this.begun.add(event.host);
        break;
      case 'transaction.intended':
        this.#open.add(event.host);
        break;
      case 'transaction.finished':
      case 'transaction.reported':
        if (isSettled(event.state)) this.#open.delete(event.host);
        break;
      case 'host.finished':
        if (this.#open.has(event.host)) this.unconfirmed += 1;
        else this.busy.delete(event.host);
        if (event.outcome === this.#aim) this.aimed.add(event.host);
        else if (SPENDS.has(event.outcome)) this.failures += 1;
        break;
    }
  }
}
