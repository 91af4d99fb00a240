import type { Change } from '../domain/change.ts';
import type { StepPlan } from '../domain/plan.ts';
import type { Step } from '../domain/runbook.ts';
import type { Scope } from '../domain/step.ts';
import { type Observed, observeStep, unasked, withoutNeeds } from './observe-step.ts';
import { Overlay } from './overlay.ts';
import { askElsewhere, type Readers } from './read-steps.ts';
import { withoutSecretValues } from './without-sensitive.ts';

/** What remediate would do to one host. */
export interface Remedy {
  readonly plans: readonly StepPlan[];
  /** In the order of the steps, not yet merged. */
  readonly changes: readonly Change[];
}

/**
 * Plans the remediate steps one after another, each on the host as the earlier ones would leave it. Ends at the first
 * step that cannot be planned, unless it may fail: later ones would be planned on a host that will never be. `isSecret` tells texts that
 * hold what must not be shown.
 */
export async function planRemedy(
  steps: readonly Step[],
  scope: Scope,
  readers: Readers,
  isSecret: (text: string) => boolean,
): Promise<Remedy> {
  const plans: StepPlan[] = [];
  const changes: Change[] = [];
  const changed = new Set<string>();
  for (const step of steps) {
    const observed = await planned(step, scope, readers, changes, changed);
    const plan = withoutSecretValues(step, observed.plan, isSecret);
    plans.push(plan);
    if (plan.status.kind === 'planned') {
      if (plan.status.changes.length > 0) changed.add(step.id);
      changes.push(...plan.status.changes);
    }
    const stuck = plan.status.kind === 'failed' || (plan.status.kind === 'deferred' && step.spec.plan);
    if (stuck && !step.continueOnError) break;
  }
  return { plans, changes };
}

async function planned(
  step: Step,
  scope: Scope,
  readers: Readers,
  changes: readonly Change[],
  changed: ReadonlySet<string>,
): Promise<Observed> {
  if (step.onChange.length > 0 && !step.onChange.some((id) => changed.has(id))) {
    return unasked(step, { kind: 'skipped', why: `nothing changes in ${step.onChange.join(', ')}` });
  }
  const skipped = withoutNeeds(step, scope);
  if (skipped) return skipped;
  if (step.on && changes.length === 0) return askElsewhere(step, scope, readers);
  if (step.on)
    return unasked(step, { kind: 'deferred', why: 'what another host says after the earlier changes is known only once they are made' });
  return observeStep(step, scope, { reader: new Overlay(await readers.of(step), changes) }, readers.clock);
}
