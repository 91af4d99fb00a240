import type { Change } from './change.ts';
import type { Failure } from './failure.ts';
import type { Content } from './file.ts';
import type { JsonObject } from './json.ts';
import type { HostPlan, Outcome } from './plan.ts';
import type { TypedPlan } from './saved-plan.ts';
import type { Unmet } from './step.ts';
import type { ChangeResult, TransactionState } from './transaction.ts';

/** Where a plan comes from that another run has made. */
export interface PlanOrigin {
  /** Its hash, which names it. */
  readonly sha256: string;
  /** The run that planned, and who that was. */
  readonly run: string;
  readonly operator: string;
  /** By the names of their keys. */
  readonly signedBy?: string;
  readonly approvedBy: readonly string[];
}

/** Hosts that go over the `ssh` of this machine for the same reason. */
export interface OverSsh {
  /** A keyword of ssh_config(5), or what stands in a file. */
  readonly what: string;
  /** The file, with a line where there is one. */
  readonly at: string;
  readonly hosts: readonly string[];
}

/** What a run is for. */
export type RunKind = 'diagnose' | 'plan' | 'apply' | 'rollback';

/**
 * Everything that happens in a run. The one contract of the engine: terminal, JSON, journal and reports are folds over it.
 * Names are `noun.pastParticiple`; `at` is wall time in ms since the epoch.
 */
export type RunEvent = { readonly at: number } & EventBody;

/** An event before it is stamped. */
export type EventBody =
  /** First of every run. */
  | {
      readonly type: 'run.started';
      readonly run: string;
      readonly kind: RunKind;
      readonly runbook: string;
      /** Empty where there is no runbook: of `unlock HOST`, which stands in its place then. */
      readonly runbookSha256: string;
      /** By the name of the key; absent where nobody signed it, or nobody knows whose signatures count. */
      readonly runbookSignedBy?: string;
      /** Sensitive ones masked. */
      readonly inputs: JsonObject;
      readonly hosts: readonly string[];
      readonly operator: string;
      /** The run whose changes are taken back; rollback only. */
      readonly of?: string;
      /** What was typed, for the command that would do it again after another process has gone on with the run; apply only. */
      readonly typed?: TypedPlan;
      /** Absolute; what stands beside the runbook says of hosts is read again by `resume` and `rollback`. */
      readonly runbookDirectory?: string;
      /** The runbook's bytes, so that `resume` verifies by what was approved; apply only. */
      readonly source?: Content;
      /** The saved plan that is carried out, and who stands for it. */
      readonly plan?: PlanOrigin;
      /** Hosts that are not reached by the built-in SSH client, by what asks for that. */
      readonly overSsh?: readonly OverSsh[];
      /** What of the policy was overridden, and why. */
      readonly overrides?: string;
    }
  /** A process took the run over after another one was gone: what follows was done by `resume`. */
  | { readonly type: 'run.resumed'; readonly operator: string; readonly hosts: readonly string[] }
  /** One host was looked at; `plan.changes` is what would be done to it. */
  | { readonly type: 'host.planned'; readonly host: string; readonly plan: HostPlan }
  /** The operator is asked; nothing goes on until `approval.given`. */
  | { readonly type: 'approval.requested'; readonly gate: string; readonly hosts: readonly string[]; readonly questions: readonly string[] }
  | { readonly type: 'approval.given'; readonly gate: string; readonly answer: 'yes' | 'no' | 'wave'; readonly by: string }
  /** `wave` counts from 1. */
  | {
      readonly type: 'wave.started';
      readonly wave: number;
      readonly of: number;
      readonly hosts: readonly string[];
      /** The zone of all of them, where zones count. */
      readonly zone?: string;
    }
  | { readonly type: 'wave.finished'; readonly wave: number; readonly failures: number; readonly budget: number }
  | { readonly type: 'host.started'; readonly host: string }
  /** Durable before the first byte of it is sent (law L4). */
  | {
      readonly type: 'transaction.intended';
      readonly host: string;
      readonly tx: string;
      /** It takes changes of an earlier run back. */
      readonly rollback: boolean;
      readonly changes: readonly Change[];
      /** The privilege that the runbook asks for; absent: that of the inventory. A rollback asks for the same. */
      readonly become?: boolean;
      /** The host takes it back by itself when it is not confirmed within so many ms. */
      readonly undoAfterMs: number;
      /** The same from the moment in which its changes are made. */
      readonly undoAfterChangesMs?: number;
      /** What verify needs to be asked by another process, as JSON; apply only. */
      readonly context?: Content;
    }
  /** The host's receipt came back. */
  | {
      readonly type: 'transaction.finished';
      readonly host: string;
      readonly tx: string;
      readonly results: readonly ChangeResult[];
      readonly state: TransactionState;
      readonly remarks: readonly string[];
    }
  /** The way to the host broke after the transaction was sent: what happened is not known until the host is asked. */
  | { readonly type: 'transaction.lost'; readonly host: string; readonly tx: string; readonly failure: Failure }
  /** About to be told to keep its changes, or to take them back; durable before it is. */
  | { readonly type: 'confirm.intended'; readonly host: string; readonly tx: string }
  | { readonly type: 'undo.intended'; readonly host: string; readonly tx: string }
  /** The host was asked where the transaction stands, or has said so after a confirm or an undo. */
  | {
      readonly type: 'transaction.reported';
      readonly host: string;
      readonly tx: string;
      readonly state: TransactionState;
      readonly remarks: readonly string[];
    }
  /** `unmet` empty: verify holds; with `nothing` because there was nothing to ask. */
  | {
      readonly type: 'verify.attempted';
      readonly host: string;
      readonly attempt: number;
      readonly unmet: readonly Unmet[];
      readonly nothing?: true;
    }
  /** It does not answer while a transaction of it is open: it is asked on, others go on meanwhile, and it counts as a failure until it answers. */
  | { readonly type: 'host.parked'; readonly host: string; readonly failure: Failure }
  | { readonly type: 'host.finished'; readonly host: string; readonly outcome: Outcome; readonly reason?: Failure }
  | { readonly type: 'budget.exceeded'; readonly failures: number; readonly budget: number; readonly notStarted: readonly string[] }
  /** So many hosts are changed and not confirmed that no further one is begun. */
  | {
      readonly type: 'rollout.held';
      readonly unconfirmed: number;
      readonly maxUnavailable: number;
      readonly notStarted: readonly string[];
      /** The group whose own limit it is; absent: the runbook's. */
      readonly group?: string;
    }
  /** Somebody holds the run: no further host is begun until it is continued, or ended. Nothing is under way. */
  | { readonly type: 'rollout.paused'; readonly by: string; readonly notStarted: readonly string[] }
  | { readonly type: 'rollout.continued' }
  /** What was asked after a wave, and how it came out; the last of a wave counts. */
  | {
      readonly type: 'gate.checked';
      readonly wave: number;
      readonly attempt: number;
      readonly verdict: GateVerdict;
      readonly missed: readonly Missed[];
    }
  /** No further wave is begun, by more failures than the budget or by a gate; `rollBack`: the hosts that are taken back for it. */
  | {
      readonly type: 'rollout.breached';
      readonly wave: number;
      readonly by: 'failures' | 'gate';
      readonly rollBack: readonly string[];
      readonly notStarted: readonly string[];
    }
  /** The policy lets no further host be changed at this time. */
  | { readonly type: 'rollout.closed'; readonly why: string; readonly notStarted: readonly string[] }
  | { readonly type: 'run.interrupted'; readonly signal: string }
  /** Last of every run; `exitCode` as in the command line's contract. */
  | { readonly type: 'run.finished'; readonly outcomes: Readonly<Record<string, Outcome>>; readonly exitCode: number };

/** Whether a wave left all well: `inconclusive` is neither, and holds the run until a person says that it goes on. */
export type GateVerdict = 'pass' | 'fail' | 'inconclusive';

/** What a gate missed; of one host where it has a name. */
export interface Missed extends Unmet {
  readonly host?: string;
}

/** Events that must be on disk before what they announce may happen. */
export function announcesEffect({ type }: EventBody): boolean {
  return ['run.started', 'run.resumed', 'transaction.intended', 'confirm.intended', 'undo.intended'].includes(type);
}
