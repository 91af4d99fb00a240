import { type Content, contentOf } from '../domain/file.ts';
import type { JsonObject } from '../domain/json.ts';
import type { HostPlan } from '../domain/plan.ts';
import type { InputSpec, Runbook, Step } from '../domain/runbook.ts';
import type { Scope } from '../domain/step.ts';

/** What verify is asked with, by another process than the one that changed the host. */
export interface VerifyContext {
  readonly scope: Scope;
  readonly steps: readonly Step[];
}

/**
 * The steps that are asked once a host is changed: verify, and the reads between the changes that could not be imagined while
 * planning.
 */
export function stepsToVerify({ verify, remediate }: Runbook, { steps }: HostPlan): readonly Step[] {
  const deferred = new Set(steps.filter(({ status }) => status.kind === 'deferred').map(({ id }) => id));
  return [...verify, ...remediate.filter((step) => !step.spec.plan && deferred.has(step.id))];
}

/** What earlier steps gave and verify refers to: all that verify needs of them. */
export function outputsForVerify(runbook: Runbook, plan: HostPlan, { steps }: Scope): JsonObject {
  const needed = new Set(stepsToVerify(runbook, plan).flatMap(({ needs }) => needs));
  return Object.fromEntries(Object.entries(steps).filter(([id]) => needed.has(id)));
}

/** The scope and the ids of the steps as JSON. Sensitive inputs are left out: they are given anew. */
export function contextOf(scope: Scope, steps: readonly Step[], inputs: ReadonlyMap<string, InputSpec>): Content {
  const plain = Object.fromEntries(Object.entries(scope.inputs).filter(([name]) => inputs.get(name)?.sensitive !== true));
  return contentOf(Buffer.from(JSON.stringify({ scope: { ...scope, inputs: plain }, steps: steps.map(({ id }) => id) })));
}

/** Reads a context back; undefined when it is not one of this runbook. `inputs`: those that are sensitive, given anew. */
export function readContext(content: Content, runbook: Runbook, inputs: JsonObject): VerifyContext | undefined {
  try {
    const read = JSON.parse(Buffer.from(content.bytes).toString('utf8')) as { scope: Scope; steps: readonly string[] };
    const known = [...runbook.verify, ...runbook.remediate];
    const steps = read.steps.map((id) => known.find((step) => step.id === id));
    if (!steps.every((step) => step !== undefined)) return undefined;
    return { scope: { ...read.scope, inputs: { ...read.scope.inputs, ...inputs } }, steps };
  } catch {
    return undefined;
  }
}
