import type { RunEvent, RunKind } from '../domain/event.ts';
import type { Outcome } from '../domain/plan.ts';
import { commandLine } from './command-line.ts';
import { groupByReason, type ReasonGroup } from './group-by-reason.ts';
import { type RunRecord, recordRun } from './run-record.ts';

/** A next step: what it is good for, and the exact command. */
export interface Advice {
  readonly why: string;
  readonly command: string;
}

/** How a run ended, for the last words on the screen and for reports. */
export interface Recap {
  readonly run: string;
  readonly kind: RunKind;
  readonly runbook: string;
  readonly interrupted: boolean;
  readonly declined: boolean;
  /** Outcomes that occurred with their hosts, in {@link OUTCOME_ORDER}. */
  readonly counts: readonly { readonly outcome: Outcome; readonly hosts: readonly string[] }[];
  /** Why hosts ended as they did, where a reason is known. */
  readonly reasons: readonly ReasonGroup[];
  readonly next: readonly Advice[];
}

/** What was done first, then what went wrong, then what was left alone. */
const OUTCOME_ORDER: readonly Outcome[] = [
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

/** Sums up a run's events; `undefined` when the first is not among them. */
export function recap(events: Iterable<RunEvent>): Recap | undefined {
  const record = recordRun(events);
  if (!record.started) return undefined;
  const { run, kind, runbook } = record.started;
  const hosts = (outcome: Outcome) => record.endings.filter((ending) => ending.outcome === outcome).map(({ host }) => host);
  return {
    run,
    kind,
    runbook,
    interrupted: record.interrupted || !record.finished,
    declined: record.declined,
    counts: OUTCOME_ORDER.map((outcome) => ({ outcome, hosts: hosts(outcome) })).filter((count) => count.hosts.length > 0),
    reasons: groupByReason(record.endings.filter(({ reason }) => reason !== undefined)),
    next: adviceFor(kind, runbook, run, hosts, record),
  };
}

function adviceFor(
  kind: RunKind,
  runbook: string,
  run: string,
  hosts: (outcome: Outcome) => readonly string[],
  record: RunRecord,
): readonly Advice[] {
  const next: Advice[] = [];
  const advise = (when: boolean, why: string, ...words: readonly string[]) => {
    if (when) next.push({ why, command: commandLine(['runbook', ...words]) });
  };
  const some = (outcome: Outcome) => hosts(outcome).length > 0;
  const changes = kind === 'apply' || kind === 'rollback';
  const settle = changes && (some('unknown') || !record.finished);

  advise(settle, 'find out what happened, then finish or undo', 'resume', run);
  advise(kind === 'diagnose' && some('would-fix'), 'see what would be changed', 'plan', runbook);
  advise(kind === 'plan' && some('would-fix'), 'make these changes', 'apply', runbook);
  advise(some('stale'), 'plan again: these hosts changed in between', 'plan', runbook, ...limit(hosts('stale')));
  advise(some('failed') || some('conflict') || (changes && some('rolled-back') && kind === 'apply'), 'read what happened', 'report', run);
  advise(some('unreachable'), 'see whether they can be reached', 'ping', ...pattern(hosts('unreachable')));
  advise(
    kind !== 'diagnose' && kind !== 'rollback' && some('other-cause'),
    'see what else they are ill of',
    'diagnose',
    runbook,
    ...limit(hosts('other-cause')),
  );
  advise(kind === 'apply' && some('skipped'), 'go on with those not begun', 'apply', runbook, ...limit(hosts('skipped')));
  advise(kind === 'apply' && some('fixed') && !settle, 'take the changes back', 'rollback', run);
  return next;
}

/** More names than this make a command that nobody reads; the runbook's own target is used then. */
const NAMED = 8;

function limit(hosts: readonly string[]): readonly string[] {
  return hosts.length <= NAMED ? ['-l', hosts.join(',')] : [];
}

function pattern(hosts: readonly string[]): readonly string[] {
  return hosts.length <= NAMED ? [hosts.join(',')] : [];
}
