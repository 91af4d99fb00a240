import type { Change, ChangeResult } from './change.ts';
import type { Failure } from './failure.ts';
import type { JsonObject } from './json.ts';
import type { HostPlan, Outcome } from './plan.ts';
import type { Unmet } from './step.ts';

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
      readonly runbookSha256: string;
      /** Sensitive ones masked. */
      readonly inputs: JsonObject;
      readonly hosts: readonly string[];
      readonly operator: string;
      /** The run whose changes are taken back; rollback only. */
      readonly of?: string;
    }
  /** One host was looked at; `plan.changes` is what would be done to it. */
  | { readonly type: 'host.planned'; readonly host: string; readonly plan: HostPlan }
  /** The operator is asked; nothing goes on until `approval.given`. */
  | { readonly type: 'approval.requested'; readonly gate: string; readonly hosts: readonly string[]; readonly questions: readonly string[] }
  | { readonly type: 'approval.given'; readonly gate: string; readonly answer: 'yes' | 'no' | 'wave'; readonly by: string }
  /** `wave` counts from 1. */
  | { readonly type: 'wave.started'; readonly wave: number; readonly of: number; readonly hosts: readonly string[] }
  | { readonly type: 'wave.finished'; readonly wave: number; readonly failures: number; readonly budget: number }
  | { readonly type: 'host.started'; readonly host: string }
  /** Durable before the first byte of it is sent (law L4). */
  | {
      readonly type: 'transaction.intended';
      readonly host: string;
      readonly tx: string;
      readonly undo: boolean;
      readonly changes: readonly Change[];
      /** The privilege that the runbook asks for; absent: that of the inventory. A rollback asks for the same. */
      readonly become?: boolean;
    }
  /** The host's receipt came back. */
  | {
      readonly type: 'transaction.finished';
      readonly host: string;
      readonly tx: string;
      readonly undo: boolean;
      readonly results: readonly ChangeResult[];
    }
  /** The way to the host broke after the transaction was sent: what happened is not known. */
  | { readonly type: 'transaction.lost'; readonly host: string; readonly tx: string; readonly undo: boolean; readonly failure: Failure }
  /** `unmet` empty: verify holds. */
  | { readonly type: 'verify.attempted'; readonly host: string; readonly attempt: number; readonly unmet: readonly Unmet[] }
  | { readonly type: 'host.finished'; readonly host: string; readonly outcome: Outcome; readonly reason?: Failure }
  | { readonly type: 'budget.exceeded'; readonly failures: number; readonly budget: number; readonly notStarted: readonly string[] }
  | { readonly type: 'run.interrupted'; readonly signal: string }
  /** Last of every run; `exitCode` as in the command line's contract. */
  | { readonly type: 'run.finished'; readonly outcomes: Readonly<Record<string, Outcome>>; readonly exitCode: number };

/** Events that must be on disk before what they announce may happen. */
export function announcesEffect(event: EventBody): boolean {
  return event.type === 'run.started' || event.type === 'transaction.intended';
}
