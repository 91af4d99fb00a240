import type { Failure } from '../domain/failure.ts';
import type { Host } from '../domain/host.ts';
import type { JsonObject } from '../domain/json.ts';
import type { Runbook, Step } from '../domain/runbook.ts';
import type { Scope } from '../domain/step.ts';

/**
 * What does not fit of the parameters that follow from inputs and the inventory alone. It is found before a host is
 * reached: in verify it would look as though every host were ill, and take a good change back.
 */
export function unfitParams(runbook: Runbook, inputs: JsonObject, hosts: readonly Host[]): Failure | undefined {
  const steps = [...runbook.diagnose, ...runbook.remediate, ...runbook.verify, ...runbook.gate];
  for (const { name, groups, vars } of hosts) {
    const scope: Scope = { inputs, steps: {}, facts: {}, host: { name, groups, vars } };
    for (const step of steps.filter((each) => isAskable(each, scope))) {
      const params = step.params(scope);
      // What refers to facts cannot be evaluated yet, which is another failure.
      if (!params.ok && params.failure.code === 'bad-params') return params.failure;
    }
  }
  return undefined;
}

function isAskable({ needs, items, condition }: Step, scope: Scope): boolean {
  if (needs.length > 0 || items !== undefined) return false;
  const wanted = condition?.(scope);
  return wanted === undefined || (wanted.ok && wanted.value);
}
