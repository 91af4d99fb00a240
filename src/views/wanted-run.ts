import type { RunKind } from '../domain/event.ts';
import type { Outcome } from '../domain/plan.ts';
import { globMatches } from '../formats/glob-match.ts';
import type { HostEnding, RunStarted } from './run-record.ts';
import type { RunSummary } from './run-summary.ts';

/** Which runs are wanted; what is absent does not matter. */
export interface WantedRuns {
  readonly kind?: RunKind;
  /** A shell pattern of the runbook's name. */
  readonly runbook?: string;
  /** A shell pattern of names: one of the run's hosts. */
  readonly host?: string;
  /** One of the hosts that are wanted ended so. */
  readonly outcome?: Outcome;
  /** The run was begun then or later, and before. ms since the epoch. */
  readonly since?: number;
  readonly before?: number;
}

/** Whether a run may be wanted, by its first event: only how its hosts ended may still speak against it. */
export function mayBeWanted({ kind, runbook, host, since, before }: WantedRuns, started: RunStarted): boolean {
  if (kind !== undefined && started.kind !== kind) return false;
  if (runbook !== undefined && globMatches(runbook, [started.runbook]).length === 0) return false;
  if (host !== undefined && globMatches(host, started.hosts).length === 0) return false;
  return (since === undefined || started.at >= since) && (before === undefined || started.at < before);
}

/** Whether one of the wanted hosts of a run ended as is wanted. */
export function endedAsWanted({ outcome, host }: WantedRuns, endings: readonly HostEnding[]): boolean {
  if (outcome === undefined) return true;
  const names = endings.filter((ending) => ending.outcome === outcome).map((ending) => ending.host);
  return host === undefined ? names.length > 0 : globMatches(host, names).length > 0;
}

/** Outcomes by which a host's transaction, where there was one, is settled for certain. */
const SETTLED: ReadonlySet<Outcome> = new Set(['healthy', 'other-cause', 'would-fix', 'fixed', 'rolled-back', 'skipped']);

/** Exit codes of runs that came to their end by themselves: 130 was interrupted, 70 is a bug. */
const BY_ITSELF: ReadonlySet<number> = new Set([0, 3, 4, 5]);

/** Sums a run up by its first and last event; undefined where these leave a doubt, and what is between must be read. */
export function summaryOfEnds(
  started: RunStarted,
  finished: { readonly outcomes: Readonly<Record<string, Outcome>>; readonly exitCode: number },
): RunSummary | undefined {
  const all = Object.values(finished.outcomes);
  if (!BY_ITSELF.has(finished.exitCode) || !all.every((outcome) => SETTLED.has(outcome))) return undefined;
  const outcomes: Partial<Record<Outcome, number>> = {};
  for (const outcome of all) outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
  const { run, kind, runbook, operator, at, of } = started;
  return { run, kind, runbook, operator, started: at, state: 'finished', outcomes, ...(of === undefined ? {} : { of }) };
}
