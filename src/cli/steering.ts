import type { Control } from '../engine/ports.ts';
import { takeWish } from '../journal/wish.ts';

/** Four times a second: a halt is to be heard within one. */
const LOOK_EVERY_MS = 250;

/** Who hears of wishes beside the engine. */
export interface Steered {
  paused(by: string | undefined): void;
  halted(by: string): void;
}

/**
 * Steers a run by the wishes that other processes leave in its directory. It looks for them; being told of them by the kernel
 * (inotify) does not work on every file system that a home directory may lie on.
 */
export class Steering implements Control {
  readonly #steered: Steered;
  readonly closed: Control['closed'];
  readonly #timer: NodeJS.Timeout | undefined;
  #by: string | undefined;
  #wake: (() => void)[] = [];
  #looking = false;

  /** `directory`: the run's; absent where it leaves no record, and so cannot be steered. `closed`: by the policy. */
  constructor(directory: string | undefined, steered: Steered, closed: Control['closed'] = () => undefined) {
    this.#steered = steered;
    this.closed = closed;
    if (directory !== undefined) this.#timer = setInterval(() => void this.#look(directory), LOOK_EVERY_MS).unref();
  }

  pausedBy(): string | undefined {
    return this.#by;
  }

  changed(signal: AbortSignal): Promise<void> {
    if (signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      // Nothing else may keep the process alive while a run is paused.
      const alive = setInterval(() => {}, 60_000);
      const wake = () => {
        clearInterval(alive);
        signal.removeEventListener('abort', wake);
        resolve();
      };
      signal.addEventListener('abort', wake);
      this.#wake.push(wake);
    });
  }

  /** Holds the run for somebody, or lets it go on. */
  pause(by: string | undefined): void {
    if (this.#by === by) return;
    this.#by = by;
    this.#steered.paused(by);
    const waiting = this.#wake;
    this.#wake = [];
    for (const wake of waiting) wake();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  async #look(directory: string): Promise<void> {
    if (this.#looking) return;
    this.#looking = true;
    const wish = await takeWish(directory);
    this.#looking = false;
    if (wish === undefined) return;
    if (wish.want === 'halt') this.#steered.halted(wish.by);
    else this.pause(wish.want === 'pause' ? wish.by : undefined);
  }
}
