import type { Fleet } from '../domain/access.ts';
import type { Result } from '../domain/failure.ts';
import type { Host } from '../domain/host.ts';
import type { Ending } from '../domain/plan.ts';
import type { TransactionOwner } from '../domain/transaction.ts';

/** Time as the engine sees it; the only way it learns what time it is or waits. */
export interface Clock {
  /** ms since the epoch. */
  now(): number;
  /** ms since some moment, never set back: for limits, which a wall clock that is put right must not move. */
  elapsed(): number;
  /** Resolves after `ms`, or at once when the signal is aborted. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** A question put to whoever answers: a terminal, a flag, a test. */
export interface Gate {
  /** `run`, or `wave-N`. */
  readonly name: string;
  readonly hosts: readonly string[];
  /** The `confirm` texts of the steps that would run. */
  readonly questions: readonly string[];
  /** Sizes of the waves to come, in order. */
  readonly waves: readonly number[];
  /** May be answered with `wave`: ask again before each wave. */
  readonly offersWaves: boolean;
}

/** An answer to a gate. */
export interface Approval {
  /** `none`: nobody could be asked. */
  readonly answer: 'yes' | 'no' | 'wave' | 'none';
  /** Who answered, for the journal. */
  readonly by: string;
}

/** How a run that is under way is steered from outside. */
export interface Control {
  /** Who has paused it: no further host is begun. Undefined: it goes on. */
  pausedBy(): string | undefined;
  /** Pauses it for a reason of its own; whoever continues it says that it goes on nevertheless. */
  pause(by: string): void;
  /** Why no further host may be changed at this time; undefined where one may. */
  closed(): string | undefined;
  /** Resolves when it is paused or continued, or the signal is aborted. */
  changed(signal: AbortSignal): Promise<void>;
}

/** All that the engine needs of the world. It knows no SSH, no clock, no random numbers and no terminal of its own. */
export interface Ports {
  readonly fleet: Fleet;
  readonly clock: Clock;
  /** 32 hex digits, the same for the same host within a run. */
  transactionId(host: string): string;
  /** Who begins transactions, for whoever meets one on a host. */
  readonly owner: TransactionOwner;
  /** The host that an `on:` pattern names; `not-found` means that there is none to ask. */
  hostFor(pattern: string): Result<Host>;
  approve(gate: Gate): Promise<Approval>;
  readonly control: Control;
  /** Whether a text holds a value that must not be shown: that of a sensitive input, or a password. */
  isSecret(text: string): boolean;
  exitCode(ending: Ending): number;
  /** Aborted by the operator: begin nothing new, bring what is under way to a named end. */
  readonly stop: AbortSignal;
}
