import { Slots } from './slots.ts';

/** sshd's MaxSessions is 10 unless configured; a command that was given up goes on counting until it ends. */
const AT_ONCE = 8;
const REFUSALS = 6;
const FIRST_PAUSE_MS = 20;

/** The sessions that one connection may have at a time: as many as the host turns out to allow. */
export class Sessions {
  readonly #slots = new Slots(AT_ONCE);

  /** Waits for a place; what it gives back frees it. */
  take(): Promise<() => void> {
    return this.#slots.take();
  }

  /**
   * A session was refused, so nothing was sent: whether to try again, after a pause where that helps. Past MaxSessions another may do, once one
   * has ended and sshd has noticed. `attempt` counts from 0.
   */
  async worthAnother(attempt: number): Promise<boolean> {
    if (this.#slots.taken > 0) this.#slots.shrink();
    else if (attempt < REFUSALS) await new Promise((resolve) => setTimeout(resolve, FIRST_PAUSE_MS * 2 ** attempt));
    else return false;
    return true;
  }
}
