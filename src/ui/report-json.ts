import type { RunReport } from '../views/run-report.ts';
import { jsonChange } from './json-change.ts';

/** The shape of a report; a key that is taken away, or means something else, is another version. */
export const REPORT_SCHEMA = 'runbook/report/v1';

/** A report as data: times in ISO 8601, contents of files as diffs. Its text is neither masked nor made visible yet. */
export function reportData(report: RunReport): object {
  const { hosts, changes, waves, waits, events: _, rollbacks, startedAt, finishedAt, counts, ...head } = report;
  return {
    schema: REPORT_SCHEMA,
    ...head,
    startedAt: iso(startedAt),
    finishedAt: iso(finishedAt),
    outcomes: Object.fromEntries(counts.map(({ outcome, hosts: of }) => [outcome, of])),
    changes: changes.map((group) => ({ hosts: group.hosts, changes: group.changes.map(jsonChange) })),
    waves: waves.map(timed),
    waits: waits.map(timed),
    hosts: hosts.map(({ host, outcome, reason, findings, startedAt: begun, finishedAt: ended }) => ({
      host,
      outcome,
      ...(reason ? { reason } : {}),
      findings,
      ...(begun === undefined ? {} : { startedAt: iso(begun) }),
      ...(ended === undefined ? {} : { finishedAt: iso(ended) }),
    })),
    rollbacks: rollbacks.map(({ run, operator, at, counts: ended }) => ({
      run,
      operator,
      at: iso(at),
      outcomes: Object.fromEntries(ended.map(({ outcome, hosts: of }) => [outcome, of])),
    })),
  };
}

function timed(stretch: { readonly startedAt: number; readonly finishedAt?: number }): object {
  const { startedAt, finishedAt, ...rest } = stretch;
  return { ...rest, startedAt: iso(startedAt), ...(finishedAt === undefined ? {} : { finishedAt: iso(finishedAt) }) };
}

/** A time in UTC, to the second. */
export function iso(ms: number): string {
  return new Date(ms).toISOString().replace(/\.\d+Z$/, 'Z');
}
