import { readFileSync } from 'node:fs';

/** A process that is watched. */
export interface Watched {
  readonly pid: number;
  /** Signs of life came, the first of them among them. */
  readonly signs: number;
  /** Time during which silence means nothing, in ms; used up by the watch. */
  patienceMs: number;
  kill(why: string): void;
}

/** Bounds of a watch. */
export interface WatchLimits {
  /** Silence after which a process counts as stalled, in ms. */
  readonly silenceMs: number;
  /** The same for one that has not given its first sign of life. */
  readonly startMs: number;
  /** Anonymous resident memory of one process, in bytes. */
  readonly memoryBytes: number;
}

/**
 * All processes of a run together are to stay below 400 MB: this one has 60 to 100 MB, four idle workers have 30 MB each with
 * their part of what all share, and the rest is for the one that a host fills.
 */
export const WATCH_LIMITS: WatchLimits = { silenceMs: 5_000, startMs: 30_000, memoryBytes: 192 * 1024 * 1024 };

/** Short, since a host on a fast network brings 10 MB in it. */
const TICK_MS = 50;
/** What one tick may count: when this process itself was stopped or busy, the others' signs of life have not been read. */
const LONGEST_TICK_MS = 4 * TICK_MS;

/** Kills processes that are silent for too long or take too much memory, seen from outside: their event loop may be pinned. */
export class Watch {
  readonly #limits: WatchLimits;
  readonly #seen = new Map<Watched, { signs: number; silentMs: number }>();
  #timer: NodeJS.Timeout | undefined;
  #last = 0;

  constructor(limits: WatchLimits) {
    this.#limits = limits;
  }

  add(watched: Watched): void {
    this.#seen.set(watched, { signs: 0, silentMs: 0 });
    if (this.#timer !== undefined) return;
    this.#last = performance.now();
    this.#timer = setInterval(() => this.#tick(), TICK_MS).unref();
  }

  remove(watched: Watched): void {
    this.#seen.delete(watched);
    if (this.#seen.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #tick(): void {
    const now = performance.now();
    const ran = Math.min(now - this.#last, LONGEST_TICK_MS);
    this.#last = now;
    for (const [watched, seen] of this.#seen) {
      const isNew = watched.signs > seen.signs;
      const patient = Math.min(ran, watched.patienceMs);
      watched.patienceMs -= patient;
      seen.signs = watched.signs;
      seen.silentMs = isNew ? 0 : seen.silentMs + ran - patient;
      this.#judge(watched, seen.silentMs);
    }
  }

  #judge(watched: Watched, silentMs: number): void {
    const { silenceMs, startMs, memoryBytes } = this.#limits;
    const limit = watched.signs === 0 ? startMs : silenceMs;
    if (silentMs > limit) watched.kill(`gave no sign of life for ${limit / 1_000} s and was ended`);
    else if (anonymousBytes(watched.pid) > memoryBytes) {
      watched.kill(`took more than ${memoryBytes / 1024 / 1024} MB of memory and was ended`);
    }
  }
}

/** Resident memory that is a process's own (`RssAnon` in proc(5)); 0 where the system does not tell. */
function anonymousBytes(pid: number): number {
  try {
    return 1024 * Number(/^RssAnon:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1] ?? 0);
  } catch {
    return 0;
  }
}
