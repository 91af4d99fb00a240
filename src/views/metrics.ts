import type { RunEvent } from '../domain/event.ts';
import { OUTCOMES } from '../domain/plan.ts';
import { DRIFT_NEWS, type Drift } from './drift.ts';

/** A metric of a run, as Prometheus has them. */
export interface Metric {
  readonly name: string;
  readonly help: string;
  readonly samples: readonly { readonly labels: Readonly<Record<string, string>>; readonly value: number }[];
}

/** Which run the metrics are of. */
export interface MeasuredRun {
  readonly run: string;
  readonly version: string;
  /** On every sample: what tells one kind of run on a machine from another, and stays the same from run to run. */
  readonly labels: Readonly<Record<'runbook' | 'kind' | 'target' | 'limit', string>>;
}

/** The exit code of a run that never came to its last event: its journal could not be kept. */
const NO_END = 6;

/** A run in numbers: base units, and one series for each outcome whether it occurred or not, so that none of them goes stale. */
export function runMetrics({ run, version, labels }: MeasuredRun, events: readonly RunEvent[], drift?: Drift): readonly Metric[] {
  const [first] = events;
  const last = events.at(-1);
  if (!first || !last) return [];
  const finished = last.type === 'run.finished' ? last : undefined;
  const ended = Object.values(finished?.outcomes ?? {});
  const one = (value: number) => [{ labels, value }];
  const failures = events.findLast((event) => event.type === 'wave.finished' || event.type === 'budget.exceeded');
  const outcomes = OUTCOMES.map((outcome) => ({ labels: { ...labels, outcome }, value: ended.filter((each) => each === outcome).length }));
  return [
    {
      name: 'runbook_run_info',
      help: 'The last run, by its id and the version of runbook.',
      samples: [{ labels: { ...labels, run, version }, value: 1 }],
    },
    { name: 'runbook_run_hosts', help: 'Hosts of the last run by how they ended.', samples: outcomes },
    { name: 'runbook_run_start_timestamp_seconds', help: 'When the last run was begun.', samples: one(first.at / 1_000) },
    { name: 'runbook_run_end_timestamp_seconds', help: 'When the last run ended.', samples: one(last.at / 1_000) },
    {
      name: 'runbook_run_duration_seconds',
      help: 'How long the last run took, with the time in which it waited for an answer.',
      samples: one((last.at - first.at) / 1_000),
    },
    {
      name: 'runbook_run_exit_code',
      help: 'How the last run ended, by the exit codes of runbook.',
      samples: one(finished?.exitCode ?? NO_END),
    },
    ...(failures?.type === 'wave.finished' || failures?.type === 'budget.exceeded'
      ? [
          {
            name: 'runbook_run_failures',
            help: 'Hosts of the last run that count against its failure budget.',
            samples: one(failures.failures),
          },
          {
            name: 'runbook_run_failure_budget',
            help: 'How many hosts of the last run were allowed to fail.',
            samples: one(failures.budget),
          },
        ]
      : []),
    ...(drift ? driftMetrics(labels, drift) : []),
  ];
}

function driftMetrics(labels: MeasuredRun['labels'], { hosts }: Drift): readonly Metric[] {
  const samples = DRIFT_NEWS.map((news) => ({ labels: { ...labels, news }, value: hosts.filter((host) => host.news === news).length }));
  return [{ name: 'runbook_drift_hosts', help: 'Hosts that are off or were, by what the last audit has of news about them.', samples }];
}
