import type { RunEvent, RunKind } from '../domain/event.ts';
import type { Outcome } from '../domain/plan.ts';
import { waitingWords } from './event-line.ts';
import { isTrouble, outcomeWords } from './outcome-words.ts';
import type { Page } from './page.ts';

/** A group of more hosts than this is one row with counters; up to it, each host has a row below. */
const ROWS_BELOW = 10;

/** Where a host of the group stands. */
interface Row {
  readonly words: string;
  readonly outcome?: Outcome;
}

/**
 * What the screen shows of one group of hosts: those that are looked at, or one wave. A fold over events, without a clock
 * or a screen; titles are safe to show.
 */
export class LiveGroup {
  readonly hosts: readonly string[];
  readonly kind: RunKind;
  readonly #label: string;
  readonly #page: Page;
  readonly #rows = new Map<string, Row>();

  constructor(label: string, hosts: readonly string[], kind: RunKind, page: Page) {
    this.kind = kind;
    this.#label = label;
    this.hosts = hosts;
    this.#page = page;
  }

  /** Hosts that get a row of their own; none in a big group. */
  get listed(): readonly string[] {
    return this.hosts.length <= ROWS_BELOW ? this.hosts : [];
  }

  take(event: RunEvent): void {
    if (!('host' in event)) return;
    const row = rowOf(event, this.kind, this.#page);
    if (row) this.#rows.set(event.host, row);
  }

  outcomeOf(host: string): Outcome | undefined {
    return this.#rows.get(host)?.outcome;
  }

  /** Some host did not come to a good end, or to none. */
  get troubled(): boolean {
    return this.hosts.some((host) => {
      const outcome = this.outcomeOf(host);
      return outcome === undefined || isTrouble(outcome, this.kind);
    });
  }

  /** `Wave 2 of 4: 37 of 120, 35 fixed, 2 failed, 8 verifying`. */
  title(): string {
    const counts = new Map<string, number>();
    let ended = 0;
    for (const { words, outcome } of this.#rows.values()) {
      const name = outcome ? outcomeWords(outcome, this.kind) : (words.split(':')[0] ?? words);
      counts.set(name, (counts.get(name) ?? 0) + 1);
      if (outcome) ended += 1;
    }
    return [`${this.#label}: ${ended} of ${this.hosts.length}`, ...[...counts].map(([name, number]) => `${number} ${name}`)].join(', ');
  }

  hostTitle(host: string): string {
    return `${this.#page.say(host)}  ${this.#rows.get(host)?.words ?? 'waiting'}`;
  }
}

function rowOf(event: Extract<RunEvent, { readonly host: string }>, kind: RunKind, page: Page): Row | undefined {
  switch (event.type) {
    case 'host.planned':
      return { words: outcomeWords(event.plan.outcome, kind), outcome: event.plan.outcome };
    case 'host.started':
      return { words: 'connecting' };
    case 'transaction.intended':
      return { words: event.undo ? 'taking back' : 'changing' };
    case 'transaction.finished':
      return { words: event.undo ? 'taking back' : 'verifying' };
    case 'transaction.lost':
      return { words: 'lost' };
    case 'verify.attempted':
      return { words: event.unmet.length === 0 ? 'verifying' : `verifying: ${waitingWords(page, event.unmet)}` };
    case 'host.finished':
      return { words: outcomeWords(event.outcome, kind), outcome: event.outcome };
  }
}
