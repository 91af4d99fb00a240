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
  /**
   * A program that must accept the new bytes before they go live; `%s` in a word stands for the candidate's path
   * (the convention of Ansible's `validate`). Not asked when a change is taken back.
   */
  readonly validate?: readonly string[];
  /** Written in place, not replaced: for bind mounts and hard links, by the author's choice. A crash may leave it torn until it is undone. */
  readonly inPlace?: true;
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

/** The path that a file change is really about, links resolved. */
export function realPathOf({ before, after, path }: FileChange): string {
  if (before.kind === 'file') return before.realPath;
  return after.kind === 'file' ? after.realPath : path;
}
