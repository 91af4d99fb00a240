import type { Change } from '../domain/change.ts';
import type { EventBody, RunEvent, RunKind } from '../domain/event.ts';
import type { Failure } from '../domain/failure.ts';
import type { Finding } from '../domain/finding.ts';
import type { JsonObject } from '../domain/json.ts';
import type { HostPlan, Outcome } from '../domain/plan.ts';
import { type CauseGroup, groupByCause } from './group-by-cause.ts';
import { groupByDiff } from './group-by-diff.ts';
import type { ReasonGroup } from './group-by-reason.ts';
import { type Recap, recap } from './recap.ts';
import { recordRun } from './run-record.ts';
import { type RunState, runSummary } from './run-summary.ts';

/** A wave of a rollout. Times are ms since the epoch. */
export interface WaveReport {
  readonly wave: number;
  readonly hosts: readonly string[];
  /** The zone of all of them, where zones count. */
  readonly zone?: string;
  readonly startedAt: number;
  /** Absent where it did not come to its end. */
  readonly finishedAt?: number;
  readonly failures: number;
  readonly budget: number;
}

/** A time in which no further host was begun: somebody held the run, or was asked. Times are ms since the epoch. */
export interface WaitReport {
  readonly what: 'paused' | 'asked';
  /** What was asked: `run`, `wave-2`. */
  readonly gate?: string;
  readonly answer?: 'yes' | 'no' | 'wave';
  /** Who held it, or who answered. */
  readonly by?: string;
  readonly startedAt: number;
  /** Absent where it lasted as long as the run. */
  readonly finishedAt?: number;
}

/** All that is told of one host. */
export interface HostReport {
  readonly host: string;
  readonly outcome: Outcome;
  readonly reason?: Failure;
  readonly findings: readonly Finding[];
  /** What was meant to be done to it, in order; of a rollback, what was taken back. */
  readonly changes: readonly Change[];
  readonly startedAt?: number;
  readonly finishedAt?: number;
  /** Its own events, in order. */
  readonly events: readonly RunEvent[];
}

/** One run, for those who were not there. Times are ms since the epoch. */
export interface RunReport {
  readonly run: string;
  readonly kind: RunKind;
  readonly runbook: string;
  readonly runbookSha256: string;
  readonly runbookSignedBy?: string;
  readonly operator: string;
  /** The run that was taken back. */
  readonly of?: string;
  /** The hash of the saved plan that was carried out. */
  readonly plan?: string;
  readonly inputs: JsonObject;
  readonly state: RunState;
  readonly startedAt: number;
  readonly finishedAt: number;
  readonly exitCode?: number;
  readonly counts: Recap['counts'];
  readonly reasons: readonly ReasonGroup[];
  readonly causes: readonly CauseGroup[];
  /** What was done, once for all hosts that share it, the odd ones first. */
  readonly changes: readonly { readonly hosts: readonly string[]; readonly changes: readonly Change[] }[];
  readonly waves: readonly WaveReport[];
  readonly waits: readonly WaitReport[];
  readonly hosts: readonly HostReport[];
  /** What happened to the run itself. */
  readonly events: readonly RunEvent[];
  /** Runs that took it back since. */
  readonly rollbacks: readonly { readonly run: string; readonly operator: string; readonly at: number; readonly counts: Recap['counts'] }[];
}

/** Tells one run by its events; `later`: those of the rollbacks of it, a list each. Undefined where it has no first event. */
export function runReport(events: readonly RunEvent[], later: readonly (readonly RunEvent[])[] = []): RunReport | undefined {
  const record = recordRun(events);
  const summary = runSummary(events, later.flat());
  const told = recap(events);
  const { started } = record;
  if (!started || !summary || !told) return undefined;
  const hosts = hostsOf(events, record.endings, record.plans);
  const last = events.findLast(({ type }) => type === 'run.finished');
  return {
    run: started.run,
    kind: started.kind,
    runbook: started.runbook,
    runbookSha256: started.runbookSha256,
    ...(started.runbookSignedBy === undefined ? {} : { runbookSignedBy: started.runbookSignedBy }),
    operator: started.operator,
    ...(started.of === undefined ? {} : { of: started.of }),
    ...(started.plan === undefined ? {} : { plan: started.plan.sha256 }),
    inputs: started.inputs,
    state: summary.state,
    startedAt: started.at,
    finishedAt: events.at(-1)?.at ?? started.at,
    ...(last?.type === 'run.finished' ? { exitCode: last.exitCode } : {}),
    counts: told.counts,
    reasons: told.reasons,
    causes: groupByCause([...record.plans.values()].filter(({ changes, findings }) => changes.length > 0 && findings.length > 0)),
    changes: groupByDiff(hosts.filter(({ changes }) => changes.length > 0).map(asPlan)),
    waves: wavesOf(events),
    waits: waitsOf(events),
    hosts,
    events: events.filter((event) => !('host' in event)),
    rollbacks: later.flatMap(rollbackOf),
  };
}

function hostsOf(
  events: readonly RunEvent[],
  endings: readonly { readonly host: string; readonly outcome: Outcome; readonly reason?: Failure }[],
  plans: ReadonlyMap<string, HostPlan>,
): readonly HostReport[] {
  const own = Map.groupBy(events, (event) => ('host' in event ? event.host : ''));
  return endings.map(({ host, outcome, reason }) => {
    const its = own.get(host) ?? [];
    const begun = its.find(({ type }) => type === 'host.started');
    const ended = its.findLast(({ type }) => type === 'host.finished');
    const intended = its.findLast((event) => event.type === 'transaction.intended');
    return {
      host,
      outcome,
      ...(reason ? { reason } : {}),
      findings: plans.get(host)?.findings ?? [],
      changes: intended?.type === 'transaction.intended' ? intended.changes : [],
      ...(begun ? { startedAt: begun.at } : {}),
      ...(begun && ended ? { finishedAt: ended.at } : {}),
      events: its,
    };
  });
}

/** Hosts are grouped by what was done to them as plans are by what would be. */
function asPlan({ host, outcome, changes }: HostReport): HostPlan {
  return { host, outcome, changes, steps: [], findings: [], unmet: [], facts: {} };
}

function wavesOf(events: readonly RunEvent[]): readonly WaveReport[] {
  const finished = new Map(events.flatMap((event) => (event.type === 'wave.finished' ? [[event.wave, event] as const] : [])));
  return events.flatMap((event) => {
    if (event.type !== 'wave.started') return [];
    const end: (EventBody & { readonly at: number }) | undefined = finished.get(event.wave);
    const { failures, budget } = end?.type === 'wave.finished' ? end : { failures: 0, budget: 0 };
    const { wave, hosts, zone, at: startedAt } = event;
    return [{ wave, hosts, ...(zone === undefined ? {} : { zone }), startedAt, ...(end ? { finishedAt: end.at } : {}), failures, budget }];
  });
}

function waitsOf(events: readonly RunEvent[]): readonly WaitReport[] {
  const waits: WaitReport[] = [];
  const end = (what: WaitReport['what'], more: Partial<WaitReport>) => {
    const index = waits.findLastIndex((wait) => wait.what === what && wait.finishedAt === undefined);
    const wait = waits[index];
    if (wait) waits[index] = { ...wait, ...more };
  };
  for (const event of events) {
    if (event.type === 'rollout.paused') waits.push({ what: 'paused', by: event.by, startedAt: event.at });
    if (event.type === 'rollout.continued') end('paused', { finishedAt: event.at });
    if (event.type === 'approval.requested') waits.push({ what: 'asked', gate: event.gate, startedAt: event.at });
    if (event.type === 'approval.given') end('asked', { answer: event.answer, by: event.by, finishedAt: event.at });
  }
  return waits;
}

function rollbackOf(events: readonly RunEvent[]): RunReport['rollbacks'] {
  const { started } = recordRun(events);
  const told = recap(events);
  return started && told ? [{ run: started.run, operator: started.operator, at: started.at, counts: told.counts }] : [];
}
