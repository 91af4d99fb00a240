import type { Reader } from '../domain/access.ts';
import type { Change } from '../domain/change.ts';
import { type Failure, HostFault, type Result } from '../domain/failure.ts';
import type { Finding } from '../domain/finding.ts';
import type { Json } from '../domain/json.ts';
import type { StepPlan, StepStatus } from '../domain/plan.ts';
import type { Step } from '../domain/runbook.ts';
import { isFailure, type Scope, type Unmet } from '../domain/step.ts';
import type { Clock } from './ports.ts';

/** A step that was asked: what the plan shows of it, and what later steps refer to. */
export interface Observed {
  readonly plan: StepPlan;
  /** Absent when the step did not run or has no outputs. A `for_each` step has a list, one an element. */
  readonly outputs?: Json;
}

/** Where a step reads: a reader, or why there is nobody to ask. */
export type Place = { readonly reader: Reader } | { readonly nobody: string };

/**
 * Evaluates one step on one host: its condition, its parameters, its reads, and what follows from them.
 * Faults of the way to the host pass through as `HostFault`; all else becomes the step's status.
 */
export async function observeStep(step: Step, scope: Scope, place: Place, clock: Clock): Promise<Observed> {
  const wanted = step.condition?.(scope);
  if (wanted && !wanted.ok) return ended(step, { kind: 'failed', failure: wanted.failure });
  if (wanted && !wanted.value) return ended(step, { kind: 'skipped', why: 'its condition is false' });
  if ('nobody' in place) return ended(step, { kind: 'skipped', why: place.nobody });

  const items = step.items?.(scope);
  if (items && !items.ok) return ended(step, { kind: 'failed', failure: items.failure });
  const scopes = items ? items.value.map((item) => ({ ...scope, item })) : [scope];
  const parts = await Promise.all(scopes.map((each) => observeOnce(step, each, place.reader, clock)));
  return combined(step, parts, items !== undefined);
}

interface Part {
  readonly outputs?: Json;
  readonly findings: readonly Finding[];
  readonly unmet: readonly Unmet[];
  readonly changes?: readonly Change[];
  readonly stopped?: Extract<StepStatus, { kind: 'failed' | 'deferred' }>;
}

async function observeOnce(step: Step, scope: Scope, reader: Reader, clock: Clock): Promise<Part> {
  const nothing = { findings: [], unmet: [] };
  const params = step.params(scope);
  if (!params.ok) return { ...nothing, stopped: { kind: 'failed', failure: params.failure } };
  const state = await askWithRetries(step, reader, params.value, clock);
  if (!state.ok) {
    const { failure } = state;
    if (failure.code === 'deferred') return { ...nothing, stopped: { kind: 'deferred', why: failure.message } };
    return { ...nothing, stopped: { kind: 'failed', failure } };
  }
  const { spec } = step;
  const planned = spec.plan?.(state.value, params.value);
  if (planned && isFailure(planned)) return { ...nothing, stopped: { kind: 'failed', failure: planned } };
  const outputs = spec.outputs?.of(state.value, params.value);
  return {
    findings: spec.findings?.(state.value, params.value) ?? [],
    unmet: spec.verify?.(state.value, params.value) ?? [],
    ...(outputs === undefined ? {} : { outputs }),
    ...(planned === undefined ? {} : { changes: planned }),
  };
}

async function askWithRetries(step: Step, reader: Reader, params: unknown, clock: Clock): Promise<Result<unknown>> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      return { ok: true, value: await within(step.timeoutMs, clock, step.spec.observe(reader, params)) };
    } catch (error) {
      if (!(error instanceof HostFault)) throw error;
      if (error.failure.code === 'timed-out' && attempt < step.retries) continue;
      if (isWayFault(error.failure)) throw error;
      return { ok: false, failure: error.failure };
    }
  }
}

async function within<T>(ms: number, clock: Clock, work: Promise<T>): Promise<T> {
  const timer = new AbortController();
  const late = Symbol('late');
  const first = await Promise.race([work, clock.sleep(ms, timer.signal).then(() => late)]).finally(() => timer.abort());
  if (first === late) throw new HostFault({ code: 'timed-out', message: `no answer within ${ms} ms` });
  return first as T;
}

/** Faults of the way to a host, as opposed to what a host answers. */
export function isWayFault({ code }: Failure): boolean {
  return ['unreachable', 'host-key', 'auth', 'lost', 'timed-out', 'protocol', 'become'].includes(code);
}

function combined(step: Step, parts: readonly Part[], isList: boolean): Observed {
  const stopped = parts.find((part) => part.stopped)?.stopped;
  const outputs = isList ? parts.map((part) => part.outputs ?? null) : parts[0]?.outputs;
  const changes = parts.flatMap((part) => part.changes ?? []);
  const status: StepStatus =
    stopped ?? (step.spec.plan ? { kind: 'planned', changes: step.sensitive ? changes.map(hidden) : changes } : { kind: 'read' });
  const plan: StepPlan = {
    ...named(step),
    status,
    findings: parts.flatMap((part) => (step.sensitive ? part.findings.map((finding) => concealed(step, finding)) : part.findings)),
    unmet: parts.flatMap((part) => part.unmet),
  };
  return outputs === undefined ? { plan } : { plan, outputs };
}

function ended(step: Step, status: StepStatus): Observed {
  return { plan: { ...named(step), status, findings: [], unmet: [] } };
}

/** What names a step in a plan. */
export function named(step: Step): Pick<StepPlan, 'id' | 'phase' | 'uses'> {
  return { id: step.id, phase: step.phase, uses: step.spec.name };
}

function hidden(change: Change): Change {
  return { ...change, sensitive: true, says: change.says.length > 0 ? ['~ hidden: the step is sensitive'] : [] };
}

function concealed(step: Step, finding: Finding): Finding {
  return { kind: finding.kind, says: `${step.id}: hidden, the step is sensitive`, evidence: [] };
}
