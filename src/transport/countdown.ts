import { setMaxListeners } from 'node:events';

const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** A time limit that stands still while somebody is asked for a secret, or while we wait for a place in a queue. */
export class Countdown {
  readonly #expired = new AbortController();
  #remainingMs: number;
  #startedAt = 0;
  #timer: NodeJS.Timeout | undefined;
  #holds = 0;

  constructor(ms: number) {
    this.#remainingMs = Math.min(ms, LONGEST_TIMER_MS);
    // Every attempt to connect listens; that is no leak.
    setMaxListeners(0, this.#expired.signal);
    this.#start();
  }

  /** Aborted once the time is up. */
  get signal(): AbortSignal {
    return this.#expired.signal;
  }

  /** Runs work during which time does not count. */
  async hold<T>(work: () => Promise<T>): Promise<T> {
    if (this.#holds++ === 0) this.#pause();
    try {
      return await work();
    } finally {
      if (--this.#holds === 0) this.#start();
    }
  }

  /** Never expires after this. */
  stop(): void {
    this.#remainingMs = Number.POSITIVE_INFINITY;
    clearTimeout(this.#timer);
  }

  #pause(): void {
    clearTimeout(this.#timer);
    this.#remainingMs -= performance.now() - this.#startedAt;
  }

  #start(): void {
    if (this.#remainingMs === Number.POSITIVE_INFINITY) return;
    this.#startedAt = performance.now();
    this.#timer = setTimeout(() => this.#expired.abort(), Math.max(this.#remainingMs, 0));
  }
}
