import type { Change } from './change.ts';
import type { Failure } from './failure.ts';

/** Who began a transaction, for whoever meets it on the host. Words without blanks. */
export interface TransactionOwner {
  readonly run: string;
  readonly operator: string;
  /** The operator's machine. */
  readonly controller: string;
}

/** All changes of one host after merging: in this order, in one exchange, with their undo armed on the host beforehand. */
export interface Transaction {
  /** 32 hex digits, derived from run and host, so that the same transaction is never begun twice. */
  readonly id: string;
  readonly changes: readonly Change[];
  /** It takes changes of an earlier run back: mtime is restored, and a unit that failed before may fail again. */
  readonly rollback: boolean;
  /** The host takes it back by itself when it is not confirmed within so many ms of being armed. */
  readonly undoAfterMs: number;
  /** The same from the moment in which all changes are made, which is sooner; absent: that makes no difference. */
  readonly undoAfterChangesMs?: number;
  readonly owner: TransactionOwner;
}

/**
 * Where a transaction stands by the host's own record, which is the name of one file below /var/lib/runbook/tx/ID and moves
 * by rename (docs/transactions.md). `none`: the host has no record of it, so nothing was changed, unless it had
 * said before that it was: a host keeps the last records only.
 */
export type TransactionState =
  | 'none'
  | 'preparing'
  | 'prepared'
  | 'armed'
  | 'applying'
  | 'applied'
  | 'confirmed'
  | 'rolling'
  | 'rolled-back'
  | 'conflict';

/** What became of one change. `not-reached`: an earlier one did not succeed. */
export type ChangeResult =
  | { readonly kind: 'done' }
  /** The host is no longer what it was when planned; nothing was written. */
  | { readonly kind: 'stale'; readonly message: string }
  | { readonly kind: 'failed'; readonly message: string }
  | { readonly kind: 'not-reached' };

/** How a transaction stands after a call, by the host. */
export interface Standing {
  readonly state: TransactionState;
  /** Sentences about what a person should know: what stays, what was found in the way, who wrote late. */
  readonly remarks: readonly string[];
}

/**
 * The host's answer to a transaction: one result a change, in order, and where it stands. `applied`: all is done and armed;
 * any other state: nothing was done, or it was taken back by the host itself (`rolled-back`, `rolling`, `conflict`).
 */
export interface Receipt extends Standing {
  readonly results: readonly ChangeResult[];
  /** Why the transaction as a whole was turned away: locked, begun before, another machine, no place for its record. */
  readonly refusal?: Failure;
}

/** A transaction as the host tells of it without anything being done. */
export interface TransactionReport extends Standing {
  /** The process that carries it out is still running. */
  readonly working: boolean;
  /** ms until the host takes it back by itself; absent where nothing is armed. */
  readonly undoInMs?: number;
}

/** True once a host has said that a transaction came to its end: it is kept, it is back, it never was, or a person must look. */
export function isSettled(state: TransactionState | undefined): boolean {
  return state === 'none' || state === 'confirmed' || state === 'rolled-back' || state === 'conflict';
}

/** Who holds a host's lock. */
export interface HostLock {
  readonly tx: string;
  readonly state: TransactionState;
  /** What the record says of who began it, as a sentence: `run R by O@C since T`. */
  readonly owner: string;
  /** ms until the host takes it back by itself; absent where nothing is armed. */
  readonly undoInMs?: number;
}
