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
  /** Hosts that do not answer in the midst of a transaction: nobody waits for them, and they count as failures until they answer. */
  readonly parked = new Set<string>();
  /** Hosts that came to their end here and have not settled: nobody knows of them, or they go on taking themselves back. */
  unconfirmed = 0;
  #failed = 0;
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

  get failures(): number {
    return this.#failed + this.parked.size;
  }

  /** How many are out of service for all that is known, beside those that are worked on. */
  get missing(): number {
    return this.unconfirmed + this.parked.size;
  }

  take(event: EventBody): void {
    if ('host' in event && event.type !== 'host.parked') this.parked.delete(event.host);
    switch (event.type) {
      case 'host.parked':
        this.parked.add(event.host);
        break;
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
        else if (SPENDS.has(event.outcome)) this.#failed += 1;
        break;
    }
  }
}
