import type { RunEvent, RunKind } from '../domain/event.ts';
import type { Outcome } from '../domain/plan.ts';
import { inDoubt } from './in-doubt.ts';
import { recordRun } from './run-record.ts';

/** `in-doubt` wins: a transaction's receipt is missing, and the host must be asked. `interrupted`: the last event never came. */
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

/** Sums up a run; `undefined` when its first event is not there. `later`: the events of rollbacks of it, which settle doubts. */
export function runSummary(events: readonly RunEvent[], later: readonly RunEvent[] = []): RunSummary | undefined {
  const { started, finished, interrupted, endings } = recordRun(events);
  if (!started) return undefined;
  const outcomes: Partial<Record<Outcome, number>> = {};
  for (const { outcome } of endings) outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
  const { run, kind, runbook, operator, at, of } = started;
  const state: RunState = inDoubt([...events, ...later]).length > 0 ? 'in-doubt' : finished && !interrupted ? 'finished' : 'interrupted';
  return { run, kind, runbook, operator, started: at, state, outcomes, ...(of === undefined ? {} : { of }) };
}
