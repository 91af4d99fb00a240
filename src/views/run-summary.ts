import type { RunEvent, RunKind } from '../domain/event.ts';
import type { Outcome } from '../domain/plan.ts';
import { isInDoubt, recordRun } from './run-record.ts';

/** `in-doubt` wins: a transaction's receipt is missing, and `resume` must ask. `interrupted`: the last event never came. */
export type RunState = 'finished' | 'interrupted' | 'in-doubt';

/** One line of `runbook runs`. */
export interface RunSummary {
  readonly run: string;
  readonly kind: RunKind;
  readonly runbook: string;
  readonly operator: string;
  /** ms since the epoch. */
  readonly started: number;
  readonly state: RunState;
  /** How many hosts ended in each outcome. */
  readonly outcomes: Readonly<Partial<Record<Outcome, number>>>;
  /** The run that was taken back. */
  readonly of?: string;
}

/** Sums up a run; `undefined` when its first event is not there. */
export function runSummary(events: Iterable<RunEvent>): RunSummary | undefined {
  const { started, transactions, finished, interrupted, endings } = recordRun(events);
  if (!started) return undefined;
  const outcomes: Partial<Record<Outcome, number>> = {};
  for (const { outcome } of endings) outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
  const { run, kind, runbook, operator, at, of } = started;
  const state: RunState = transactions.some(isInDoubt) ? 'in-doubt' : finished && !interrupted ? 'finished' : 'interrupted';
  return { run, kind, runbook, operator, started: at, state, outcomes, ...(of === undefined ? {} : { of }) };
}
