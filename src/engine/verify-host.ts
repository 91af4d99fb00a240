import type { StepPlan } from '../domain/plan.ts';
import type { Step } from '../domain/runbook.ts';
import type { Scope, Unmet } from '../domain/step.ts';
import { type Readers, readSteps } from './read-steps.ts';

/** One look at whether verify holds: nothing unmet means that it does. */
export interface Verification {
  readonly plans: readonly StepPlan[];
  readonly unmet: readonly Unmet[];
}

/**
 * Asks all verify steps once. A read that fails is unmet, unless the step may fail; one that is denied is inconclusive. A fault of the
 * way is thrown.
 */
export async function verifyOnce(steps: readonly Step[], scope: Scope, readers: Readers): Promise<Verification> {
  const { plans } = await readSteps(steps, scope, readers);
  return { plans, unmet: plans.flatMap((plan, index) => unmetOf(plan, steps[index]?.continueOnError ?? false)) };
}

function unmetOf(plan: StepPlan, mayFail: boolean): readonly Unmet[] {
  if (plan.status.kind === 'failed' && !mayFail) {
    const { code, message } = plan.status.failure;
    // What may not be read is not known, which is another thing than not so.
    return [{ what: `${plan.id}: ${message}`, ...(code === 'permission-denied' ? { inconclusive: true as const } : {}) }];
  }
  return plan.unmet;
}

/** How an attempt reads: it holds, it would if one only waited (ms), it is not so, or it could not be asked. */
export type Verdict =
  | { readonly kind: 'holds' }
  | { readonly kind: 'pending'; readonly ms: number }
  | { readonly kind: 'unmet' }
  | { readonly kind: 'inconclusive' };

/** Judges what is unmet: one firm miss outweighs all, then what could not be asked, then what needs time. */
export function verdictOf(unmet: readonly Unmet[]): Verdict {
  if (unmet.length === 0) return { kind: 'holds' };
  if (unmet.some((one) => one.pendingMs === undefined && !one.inconclusive)) return { kind: 'unmet' };
  const waits = unmet.flatMap((one) => one.pendingMs ?? []);
  if (waits.length > 0) return { kind: 'pending', ms: Math.max(...waits) };
  return { kind: 'inconclusive' };
}
