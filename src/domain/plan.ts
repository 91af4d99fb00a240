import type { Change } from './change.ts';
import type { DeniedRead } from './denied.ts';
import type { Failure } from './failure.ts';
import type { Finding } from './finding.ts';
import type { JsonObject } from './json.ts';
import type { Phase } from './runbook.ts';
import type { Unmet } from './step.ts';

/** How a host stands, or ended. Exit codes follow from these. */
export type Outcome =
  | 'healthy'
  | 'other-cause'
  | 'would-fix'
  | 'fixed'
  | 'rolled-back'
  | 'failed'
  | 'conflict'
  | 'stale'
  | 'unreachable'
  | 'unknown'
  | 'skipped';

/** All outcomes, in the order in which they are told: what was done first, then what went wrong, then what was left alone. */
export const OUTCOMES: readonly Outcome[] = [
  'fixed',
  'would-fix',
  'rolled-back',
  'failed',
  'conflict',
  'stale',
  'unknown',
  'unreachable',
  'other-cause',
  'skipped',
  'healthy',
];

/** What became of one step while planning. */
export type StepStatus =
  | { readonly kind: 'read' }
  /** A changing step: what it would do; empty when all is already as it wants. */
  | { readonly kind: 'planned'; readonly changes: readonly Change[] }
  /** `if` was false, or no `on_change` step changes anything, or there is no host to ask. */
  | { readonly kind: 'skipped'; readonly why: string }
  /** What it reads is only there after the changes; it is asked in verify. */
  | { readonly kind: 'deferred'; readonly why: string }
  | { readonly kind: 'failed'; readonly failure: Failure };

/** What one step found and would do on one host. */
export interface StepPlan {
  readonly id: string;
  readonly phase: Phase;
  readonly uses: string;
  readonly status: StepStatus;
  readonly findings: readonly Finding[];
  readonly unmet: readonly Unmet[];
  /** What the login was not allowed to read; absent when nothing was denied. */
  readonly denied?: readonly DeniedRead[];
}

/** All that planning learnt of one host and would do to it. */
export interface HostPlan {
  readonly host: string;
  readonly outcome: Outcome;
  /** Why, where the outcome alone does not say it. */
  readonly reason?: Failure;
  readonly steps: readonly StepPlan[];
  /** All findings, causes first. */
  readonly findings: readonly Finding[];
  /** What verify still misses on a host that is not affected. */
  readonly unmet: readonly Unmet[];
  /** Merged and ordered; empty unless `would-fix`. */
  readonly changes: readonly Change[];
  /** The privilege with which the changes are made, where a step asks for one. */
  readonly become?: boolean;
  /** `facts` as they were read; empty when the host was not reached. */
  readonly facts: JsonObject;
}

/** A gate did not pass, or nobody knows whether it does; the policy lets no more hosts be changed for now. */
export type CutShort = 'gate-failed' | 'gate-inconclusive' | 'closed';

/** How a run ended, from which its exit code follows. */
export interface Ending {
  readonly outcomes: Readonly<Record<string, Outcome>>;
  readonly declined: boolean;
  readonly interrupted: boolean;
  /** Why the hosts of all waves were not changed, or not to anybody's satisfaction, where no host is to blame. */
  readonly cutShort?: CutShort;
  /** Something was thrown that is no expected failure. */
  readonly bug?: boolean;
}
