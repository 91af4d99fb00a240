import type { FileState } from './file.ts';

/** A unit's lasting state, by `systemctl is-enabled` and `is-active`. A crash-looping unit counts as active: it is started. */
export interface UnitState {
  readonly active: boolean;
  readonly enabled: boolean;
  readonly masked: boolean;
}

/**
 * The closed set of what can be done to a host. Each carries both ends, or a declared undo, so that its inverse is data.
 * The interpreter in `remote/` is the only code that carries one out.
 */
export type Change = FileChange | UnitChange | TriggerChange | CommandChange;

interface Described {
  /** Semantic lines above the raw diff, such as `- --improve-speed in KUBELET_KUBEADM_ARGS`; the first character is `+`, `~` or `-`. */
  readonly says: readonly string[];
  /** Contents must not be shown: only digests and line counts. */
  readonly sensitive: boolean;
}

/** A file's bytes, attributes or existence. */
export interface FileChange extends Described {
  readonly kind: 'file';
  /** Absolute and normalised. */
  readonly path: string;
  readonly before: FileState;
  readonly after: FileState;
}

/** Whether a unit is started, enabled, masked. */
export interface UnitChange extends Described {
  readonly kind: 'unit';
  readonly unit: string;
  readonly before: UnitState;
  readonly after: UnitState;
}

/** What makes processes notice new state. */
export type TriggerAction = 'daemon-reload' | 'reset-failed' | 'reload' | 'restart';

/** Makes systemd or a unit notice what the other changes did; has no state of its own. */
export interface TriggerChange extends Described {
  readonly kind: 'trigger';
  readonly action: TriggerAction;
  /** Absent only for `daemon-reload`. */
  readonly unit?: string;
  /** The unit's state when the plan was made, which rollback puts back; absent for `daemon-reload`. */
  readonly before?: UnitState;
}

/** A program that changes something, by its author's word; its undo is declared. */
export interface CommandChange extends Described {
  readonly kind: 'command';
  readonly argv: readonly string[];
  readonly timeoutMs: number;
  readonly undo: { readonly argv: readonly string[] } | { readonly irreversible: string };
}

/** What one host's changes became after merging: the order in which they are carried out, in one exchange. */
export interface Transaction {
  /** 32 hex digits, derived from run and host, so that the same transaction is never begun twice. */
  readonly id: string;
  readonly changes: readonly Change[];
  /** An undo: mtime is restored, and a unit that failed before may fail again. */
  readonly undo: boolean;
}

/** What became of one change. `not-reached`: an earlier one did not succeed. */
export type ChangeResult =
  | { readonly kind: 'done' }
  /** The host is no longer what it was when planned; nothing was written. */
  | { readonly kind: 'stale'; readonly message: string }
  | { readonly kind: 'failed'; readonly message: string }
  | { readonly kind: 'not-reached' };

/** The host's answer to a transaction: one result a change, in order. */
export interface Receipt {
  readonly results: readonly ChangeResult[];
}

/** The path that a file change is really about, links resolved. */
export function realPathOf({ before, after, path }: FileChange): string {
  if (before.kind === 'file') return before.realPath;
  return after.kind === 'file' ? after.realPath : path;
}

/**
 * What of a transaction stands on the host by its receipt, and must be taken back: all that was done, and a unit change
 * or trigger that did not succeed, since it may have had half of its effect. A file that was not replaced is whole, and
 * a command that did not succeed has no known undo. A trigger that is alone in not succeeding leaves nothing behind.
 */
export function standingChanges(changes: readonly Change[], results: readonly ChangeResult[]): readonly Change[] {
  const kindOf = (index: number) => results[index]?.kind;
  const began = changes.some(({ kind }, index) => kindOf(index) === 'done' || (kind === 'unit' && kindOf(index) === 'failed'));
  if (!began) return [];
  return changes.filter(
    ({ kind }, index) => kindOf(index) === 'done' || (kindOf(index) === 'failed' && (kind === 'unit' || kind === 'trigger')),
  );
}
