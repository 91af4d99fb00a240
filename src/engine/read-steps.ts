import type { Reader } from '../domain/access.ts';
import { fail, HostFault } from '../domain/failure.ts';
import type { JsonObject } from '../domain/json.ts';
import type { StepPlan } from '../domain/plan.ts';
import type { Step } from '../domain/runbook.ts';
import type { Scope } from '../domain/step.ts';
import type { Elsewhere } from './elsewhere.ts';
import { isWayFault } from './fault-outcome.ts';
import { type Observed, observeStep, type Place, unasked, withoutNeeds } from './observe-step.ts';
import type { Clock } from './ports.ts';

/** Gives a step its reader: by its `become`, or that of another host by its `on`. */
export interface Readers {
  of(step: Step): Promise<Reader>;
  readonly elsewhere: Elsewhere;
  readonly clock: Clock;
}

/** Steps in the order written, with the scope that holds their outputs. */
export interface ReadSteps {
  readonly plans: readonly StepPlan[];
  readonly scope: Scope;
}

/**
 * Asks a phase's reading steps. Each waits only for those whose outputs it refers to, so that all others leave in the
 * same turn and travel in one exchange (law L6). A step that needs one which did not run fails with a value. `facts`: they are still being
 * asked, and only steps that use them wait.
 */
export async function readSteps(steps: readonly Step[], scope: Scope, readers: Readers, facts?: Promise<JsonObject>): Promise<ReadSteps> {
  const asked = new Map<string, Promise<Observed>>();
  for (const step of steps) {
    const needed = step.needs.map((id) => asked.get(id)).filter((one) => one !== undefined);
    asked.set(step.id, askAfter(step, needed, scope, readers, facts));
  }
  // A fault of the way ends the phase, but only after every other step has come to rest.
  await Promise.allSettled([...asked.values(), facts]);
  const observed = await Promise.all(asked.values());
  return { plans: observed.map(({ plan }) => plan), scope: withOutputs(await withFacts(scope, facts), observed) };
}

async function askAfter(
  step: Step,
  needed: readonly Promise<Observed>[],
  bare: Scope,
  readers: Readers,
  facts: Promise<JsonObject> | undefined,
): Promise<Observed> {
  const scope = step.usesFacts ? await withFacts(bare, facts) : bare;
  const before = await Promise.all(needed);
  const blocked = before.find(({ outputs }) => outputs === undefined);
  if (blocked) return skippedFor(step, blocked.plan);
  const local = withOutputs(scope, before);
  const skipped = withoutNeeds(step, local);
  if (skipped) return skipped;
  if (step.on) return askElsewhere(step, local, readers);
  return observeStep(step, local, { reader: await readers.of(step) }, readers.clock);
}

/** Asks a step of the host that its `on` names; nobody to ask is no failure, and one who cannot be reached is inconclusive. */
export async function askElsewhere(step: Step, scope: Scope, readers: Readers): Promise<Observed> {
  const on = step.on?.(scope) ?? fail('bad-params', `${step.id} names no host to ask`);
  if (!on.ok) return unasked(step, { kind: 'failed', failure: on.failure });
  for (let attempt = 1; ; attempt += 1) {
    try {
      const place: Place = await readers.elsewhere.place(on.value, step);
      return await observeStep(step, scope, place, readers.clock);
    } catch (error) {
      if (!(error instanceof HostFault) || !isWayFault(error.failure)) throw error;
      // The next question opens a fresh connection: an idle one may have been dropped since it was last used.
      readers.elsewhere.forget(on.value);
      if (attempt === 1 && error.failure.code === 'lost') continue;
      // The host that should answer for this one is out of reach: nothing is known, and it is not this host's fault.
      const what = `${on.value} could not be asked: ${error.failure.message}`;
      return { plan: { ...unasked(step, { kind: 'read' }).plan, unmet: [{ what, inconclusive: true }] } };
    }
  }
}

function skippedFor(step: Step, blocker: StepPlan): Observed {
  const why = `${blocker.id} gave no outputs`;
  if (blocker.status.kind === 'failed')
    return unasked(step, { kind: 'failed', failure: { ...blocker.status.failure, message: `${why}: ${blocker.status.failure.message}` } });
  return unasked(step, { kind: 'skipped', why });
}

async function withFacts(scope: Scope, facts: Promise<JsonObject> | undefined): Promise<Scope> {
  return facts === undefined ? scope : { ...scope, facts: await facts };
}

function withOutputs(scope: Scope, observed: readonly Observed[]): Scope {
  const steps: JsonObject = Object.fromEntries([
    ...Object.entries(scope.steps),
    ...observed.flatMap(({ plan, outputs }) => (outputs === undefined ? [] : [[plan.id, outputs] as const])),
  ]);
  return { ...scope, steps };
}
