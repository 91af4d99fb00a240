import type { EventBody, OverSsh, PlanOrigin, RunEvent, RunKind } from '../domain/event.ts';
import type { Failure } from '../domain/failure.ts';
import type { Content } from '../domain/file.ts';
import type { Host } from '../domain/host.ts';
import type { JsonObject } from '../domain/json.ts';
import type { CutShort, Ending, Outcome } from '../domain/plan.ts';
import type { TypedPlan } from '../domain/saved-plan.ts';
import type { Approval, Gate, Ports } from './ports.ts';

/** What names a run in its first event. */
export interface RunHead {
  readonly run: string;
  readonly kind: RunKind;
  readonly runbook: string;
  readonly runbookSha256: string;
  /** By the name of the key. */
  readonly runbookSignedBy?: string;
  /** Sensitive ones masked. */
  readonly inputs: JsonObject;
  readonly operator: string;
  /** The run that is taken back. */
  readonly of?: string;
  /** Absolute; its `group_vars` and `host_vars` were read. */
  readonly runbookDirectory?: string;
  /** What was typed; apply only. */
  readonly typed?: TypedPlan;
  /** The runbook's bytes; apply only. */
  readonly source?: Content;
  /** The saved plan that is carried out. */
  readonly plan?: PlanOrigin;
  readonly overSsh?: readonly OverSsh[];
  /** What of the policy was overridden, and why. */
  readonly overrides?: string;
}

/** How the middle of a run came to its end. */
export interface Finish {
  readonly declined: boolean;
  readonly cutShort?: CutShort;
}

/** A run's events, several at a time; the consumer makes a batch durable before it asks for the next. */
export type EventBatches = AsyncGenerator<readonly RunEvent[], void>;

/** What is known of hosts before the middle of a run begins. */
export interface Before {
  /** Of those that had come to their end. */
  readonly outcomes: ReadonlyMap<string, Outcome>;
  /** Those that were changed, and are not settled. */
  readonly open: ReadonlySet<string>;
}

/** Frames the middle of a run: first and last event, time stamps, every host's outcome. */
export async function* framed(
  head: RunHead,
  hosts: readonly Host[],
  ports: Ports,
  middle: AsyncGenerator<readonly EventBody[], Finish>,
): EventBatches {
  const names = hosts.map(({ name }) => name);
  yield [{ at: ports.clock.now(), type: 'run.started', ...head, hosts: names }];
  yield* closed(names, { outcomes: new Map(), open: new Set() }, ports, middle);
}

/**
 * Stamps the middle of a run and gives it its last event. A host that the middle never brought to an end, and that had none
 * before, is `skipped`, or `unknown` where its changes are not settled, so that no host is without a named state; also when the
 * middle throws, which is thrown on after the last event.
 */
export async function* closed(
  hosts: readonly string[],
  before: Before,
  ports: Ports,
  middle: AsyncGenerator<readonly EventBody[], Finish>,
): EventBatches {
  const outcomes = new Map<string, Outcome>(before.outcomes);
  const stamp = (event: EventBody): RunEvent => ({ at: ports.clock.now(), ...event });
  let finish: Finish = { declined: false };
  let bug: { readonly error: unknown } | undefined;
  try {
    let step = await middle.next();
    for (; !step.done; step = await middle.next()) {
      for (const event of step.value) if (event.type === 'host.finished') outcomes.set(event.host, event.outcome);
      yield step.value.map(stamp);
    }
    finish = step.value;
  } catch (error) {
    bug = { error };
  }
  const end = { ...finish, interrupted: ports.stop.aborted, bug: bug !== undefined };
  const closing = hosts.flatMap((host): readonly RunEvent[] => {
    if (outcomes.has(host)) return [];
    const outcome = before.open.has(host) ? 'unknown' : 'skipped';
    outcomes.set(host, outcome);
    return [stamp({ type: 'host.finished', host, outcome, reason: before.open.has(host) ? NOT_ASKED : notBegun(end) })];
  });
  if (end.interrupted) closing.push(stamp({ type: 'run.interrupted', signal: String(ports.stop.reason) }));
  const all = Object.fromEntries(hosts.map((name) => [name, outcomes.get(name) ?? 'skipped'] as const));
  yield [...closing, stamp({ type: 'run.finished', outcomes: all, exitCode: ports.exitCode({ outcomes: all, ...end }) })];
  if (bug) throw bug.error;
}

const NOT_ASKED: Failure = { code: 'interrupted', message: 'the run stopped before this host was asked how its changes stand' };

function notBegun({ declined, interrupted }: Omit<Ending, 'outcomes'>): Failure {
  if (interrupted) return { code: 'interrupted', message: 'the run was interrupted before this host was begun; nothing was changed on it' };
  if (declined) return { code: 'refused', message: 'not approved; nothing was changed on it' };
  return { code: 'refused', message: 'the run stopped before this host was begun; nothing was changed on it' };
}

/** Puts a question and waits for its answer; both are events. */
export async function* asked(gate: Gate, ports: Ports): AsyncGenerator<readonly EventBody[], Approval> {
  yield [{ type: 'approval.requested', gate: gate.name, hosts: gate.hosts, questions: gate.questions }];
  const approval = await ports.approve(gate);
  yield [{ type: 'approval.given', gate: gate.name, answer: approval.answer === 'none' ? 'no' : approval.answer, by: approval.by }];
  return approval;
}
