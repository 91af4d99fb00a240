import type { RunEvent, RunKind } from '../../domain/event.ts';
import type { Drift } from '../../views/drift.ts';

/** What an outlet knows of a run before its first event. */
export interface OutletHead {
  readonly run: string;
  readonly kind: RunKind;
  /** The command: `apply`, `rollback`, `resume`, `drift`, and those that only look. */
  readonly verb: string;
  readonly runbook: string;
  readonly operator: string;
  /** Which hosts were meant, as a pattern, and what narrowed it; '' where nothing did. */
  readonly target: string;
  readonly limit: string;
}

/** Where a run is told to beside screen and journal. It is never waited for while hosts are at work, and what it fails of is no failure of the run. */
export interface Outlet {
  /** Takes the events of one run, in order. */
  event(event: RunEvent): void;
  /** Takes what an audit came to. */
  drift(drift: Drift, exitCode: number): void;
  /** Resolves, soon, when all is told or given up; what was not told, in sentences. */
  close(): Promise<readonly string[]>;
}
