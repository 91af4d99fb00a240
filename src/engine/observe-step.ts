import type { Reader } from '../domain/access.ts';
import type { Change } from '../domain/change.ts';
import type { DeniedRead } from '../domain/denied.ts';
import { type Failure, HostFault, type Result } from '../domain/failure.ts';
import type { Finding } from '../domain/finding.ts';
import type { Json } from '../domain/json.ts';
import type { StepPlan, StepStatus } from '../domain/plan.ts';
import type { Step } from '../domain/runbook.ts';
import { isFailure, type Scope, type Unmet } from '../domain/step.ts';
import { DenialReader } from './denial-reader.ts';
import { isWayFault } from './fault-outcome.ts';
import { Overlay } from './overlay.ts';
import type { Clock } from './ports.ts';
import { withoutSensitive } from './without-sensitive.ts';

/** A step that was asked: what the plan shows of it, and what later steps refer to. */
export interface Observed {
  readonly plan: StepPlan;
  /** Absent when the step did not run or has no outputs. A `for_each` step has a list, one an element. */
  readonly outputs?: Json;
}

/** Where a step reads: a reader, or why there is nobody to ask, or what is wrong with who is named. */
export type Place = { readonly reader: Reader } | { readonly nobody: string } | { readonly wrong: Failure };

/**
 * Evaluates one step on one host: its condition, its parameters, its reads, and what follows from them.
 * Faults of the way to the host pass through as `HostFault`; all else becomes the step's status.
 */
export async function observeStep(step: Step, scope: Scope, place: Place, clock: Clock): Promise<Observed> {
  const wanted = step.condition?.(scope);
  if (wanted && !wanted.ok) return unasked(step, { kind: 'failed', failure: wanted.failure });
  if (wanted && !wanted.value) return unasked(step, { kind: 'skipped', why: 'its condition is false' });
  if ('nobody' in place) return unasked(step, { kind: 'skipped', why: place.nobody });
  if ('wrong' in place) return unasked(step, { kind: 'failed', failure: place.wrong });

  const items = step.items?.(scope);
  if (items && !items.ok) return unasked(step, { kind: 'failed', failure: items.failure });
  const scopes = items ? items.value.map((item) => ({ ...scope, item })) : [scope];
  const parts = step.spec.plan
    ? await observeInTurn(step, scopes, place.reader, clock)
    : await Promise.all(scopes.map((each) => observeOnce(step, each, place.reader, clock)));
  return combined(step, parts, items !== undefined);
}

/** Elements of a changing step are planned one after another, each on the host as those before it would leave it. */
async function observeInTurn(step: Step, scopes: readonly Scope[], reader: Reader, clock: Clock): Promise<readonly Part[]> {
  const parts: Part[] = [];
  for (const scope of scopes) {
    const made = parts.flatMap((part) => part.changes ?? []);
    const part = await observeOnce(step, scope, made.length > 0 ? new Overlay(reader, made) : reader, clock);
    parts.push(part);
    if (part.stopped) break;
  }
  return parts;
}

interface Part {
  readonly outputs?: Json;
  readonly findings: readonly Finding[];
  readonly unmet: readonly Unmet[];
  readonly changes?: readonly Change[];
  readonly denied?: readonly DeniedRead[];
  readonly stopped?: Extract<StepStatus, { kind: 'failed' | 'deferred' }>;
}

async function observeOnce(step: Step, scope: Scope, reader: Reader, clock: Clock): Promise<Part> {
  const nothing = { findings: [], unmet: [] };
  const params = step.params(scope);
  if (!params.ok) return { ...nothing, stopped: { kind: 'failed', failure: params.failure } };
  const watched = new DenialReader(reader);
  const state = await askWithRetries(step, watched, params.value, clock);
  if (!state.ok) {
    const { failure } = state;
    if (failure.code === 'deferred') return { ...nothing, stopped: { kind: 'deferred', why: failure.message } };
    const denied = failure.code === 'permission-denied' ? { denied: await watched.denied() } : {};
    return { ...nothing, ...denied, stopped: { kind: 'failed', failure } };
  }
  const { spec } = step;
  const denied = spec.denied?.(state.value, params.value) ?? [];
  const planned = spec.plan?.(state.value, params.value);
  if (planned && isFailure(planned)) return { ...nothing, stopped: { kind: 'failed', failure: planned } };
  const outputs = spec.outputs?.of(state.value, params.value);
  return {
    findings: spec.findings?.(state.value, params.value) ?? [],
    unmet: spec.verify?.(state.value, params.value) ?? [],
    ...(outputs === undefined ? {} : { outputs }),
    ...(planned === undefined ? {} : { changes: planned }),
    ...(denied.length === 0 ? {} : { denied }),
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
  const first = await Promise.race([work, clock.sleep(ms, timer.signal).then(() => late)]).finally(() => timer.abort('over'));
  if (first === late) throw new HostFault({ code: 'timed-out', message: `no answer within ${ms} ms` });
  return first as T;
}

function combined(step: Step, parts: readonly Part[], isList: boolean): Observed {
  const stopped = parts.find((part) => part.stopped)?.stopped;
  const outputs = isList ? parts.map((part) => part.outputs ?? null) : parts[0]?.outputs;
  const changes = parts.flatMap((part) => part.changes ?? []).map((change) => writtenAs(step, change));
  const denied = parts.flatMap((part) => part.denied ?? []);
  const status: StepStatus = stopped ?? (step.spec.plan ? { kind: 'planned', changes } : { kind: 'read' });
  const all: StepPlan = {
    ...named(step),
    status,
    findings: parts.flatMap((part) => part.findings),
    unmet: parts.flatMap((part) => part.unmet),
    ...(denied.length === 0 ? {} : { denied }),
  };
  const plan = withoutSensitive(step, all);
  return outputs === undefined ? { plan } : { plan, outputs };
}

/** How the step's author wants files to be judged and written. */
function writtenAs({ validate, inPlace }: Step, change: Change): Change {
  if (change.kind !== 'file') return change;
  return { ...change, ...(validate ? { validate } : {}), ...(inPlace ? { inPlace } : {}) };
}

/** A step that ends in a status without having been asked. */
export function unasked(step: Step, status: StepStatus): Observed {
  return { plan: withoutSensitive(step, { ...named(step), status, findings: [], unmet: [] }) };
}

/** A step that refers to outputs that an earlier phase did not give is skipped, as within a phase. */
export function withoutNeeds(step: Step, scope: Scope): Observed | undefined {
  const missing = step.needs.find((id) => !Object.hasOwn(scope.steps, id));
  return missing === undefined ? undefined : unasked(step, { kind: 'skipped', why: `${missing} gave no outputs` });
}

function named(step: Step): Pick<StepPlan, 'id' | 'phase' | 'uses'> {
  return { id: step.id, phase: step.phase, uses: step.spec.name };
}
