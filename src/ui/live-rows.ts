import { showDuration } from '../domain/duration.ts';
import type { RunEvent, RunKind } from '../domain/event.ts';
import type { Outcome } from '../domain/plan.ts';
import type { Unmet } from '../domain/step.ts';
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
  /** The operator stops the run. */
  stopping = false;
  /** Who holds the run. */
  pausedBy: string | undefined;

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

  /** `Wave 2 of 4: 37 of 120, 35 fixed, 2 failed, 8 verifying`; once all have ended, nobody has to know that it is stopping. */
  title(): string {
    const counts = new Map<string, number>();
    let ended = 0;
    for (const { words, outcome } of this.#rows.values()) {
      const name = outcome ? outcomeWords(outcome, this.kind) : (words.split(':')[0] ?? words);
      counts.set(name, (counts.get(name) ?? 0) + 1);
      if (outcome) ended += 1;
    }
    const held = ended < this.hosts.length ? this.#held() : '';
    return [`${this.#label}${held}: ${ended} of ${this.hosts.length}`, ...[...counts].map(([name, number]) => `${number} ${name}`)].join(
      ', ',
    );
  }

  #held(): string {
    if (this.stopping) return ': stopping, Ctrl-C again leaves at once';
    return this.pausedBy === undefined ? '' : `: paused by ${this.#page.say(this.pausedBy)}`;
  }

  hostTitle(host: string): string {
    return `${this.#page.say(host)}  ${this.#rows.get(host)?.words ?? 'waiting'}`;
  }
}

/** How long it takes comes first: a row is cut at the screen's edge. */
function verifyingWords(page: Page, unmet: readonly Unmet[]): string {
  if (unmet.length === 0) return 'verifying';
  const longest = Math.max(0, ...unmet.map(({ pendingMs = 0 }) => pendingMs));
  const time = unmet.every(({ pendingMs }) => pendingMs !== undefined) ? `${showDuration(longest)} to go, ` : '';
  return `verifying: ${time}${unmet.map(({ what }) => page.say(what)).join('; ')}`;
}

function rowOf(event: Extract<RunEvent, { readonly host: string }>, kind: RunKind, page: Page): Row | undefined {
  switch (event.type) {
    case 'host.planned':
      return { words: outcomeWords(event.plan.outcome, kind), outcome: event.plan.outcome };
    case 'host.started':
      return { words: 'connecting' };
    case 'transaction.intended':
      return { words: event.rollback ? 'taking back' : 'changing' };
    case 'transaction.finished':
      return { words: event.state === 'applied' ? 'verifying' : 'taking back' };
    case 'transaction.lost':
      return { words: 'lost, asking the host' };
    case 'confirm.intended':
      return { words: 'confirming' };
    case 'undo.intended':
      return { words: 'taking back' };
    case 'transaction.reported':
      return undefined;
    case 'verify.attempted':
      return { words: verifyingWords(page, event.unmet) };
    case 'host.finished':
      return { words: outcomeWords(event.outcome, kind), outcome: event.outcome };
  }
}
