import { setTimeout as pause } from 'node:timers/promises';
import { type Parcel, postJson } from './post-json.ts';

/** Documents for one place, sent one after another in the background. Whoever hands one over never waits. */
export class Deliveries {
  readonly #most: number;
  readonly #stop = new AbortController();
  readonly #why: string[] = [];
  #under = 0;
  #lost = 0;
  #last: Promise<void> = Promise.resolve();

  /** `most`: so many may wait at once; a further one is lost, since a place that stands still must not fill the memory. */
  constructor(most: number) {
    this.#most = most;
  }

  /** Takes a document on its way. */
  send(parcel: Parcel): void {
    if (this.#under >= this.#most) {
      this.#lost += 1;
      return;
    }
    this.#under += 1;
    this.#last = this.#last.then(async () => {
      const why = this.#stop.signal.aborted ? 'was given up' : await postJson(parcel, this.#stop.signal);
      this.#under -= 1;
      if (why === undefined) return;
      this.#lost += 1;
      this.#why.push(why);
    });
  }

  /** Waits until all are sent, for `withinMs` at the most. Why some were not, or undefined where all were. */
  async close(withinMs: number): Promise<{ readonly lost: number; readonly why: string } | undefined> {
    const over = new AbortController();
    await Promise.race([this.#last, pause(withinMs, undefined, { signal: over.signal }).catch(() => undefined)]);
    over.abort();
    this.#stop.abort();
    await this.#last;
    const lost = this.#lost;
    return lost === 0 ? undefined : { lost, why: this.#why.find((each) => each !== 'was given up') ?? this.#why[0] ?? 'is too slow' };
  }
}
