import type { JsonObject } from '../domain/json.ts';
import type { Scope } from '../domain/step.ts';
import { type CelType, dyn } from './cel-type.ts';
import { toCel } from './cel-value.ts';

/** What CEL looks names up in. A name is converted when it is first asked for, and of the steps only those needed are. */
export function contextOf(scope: Scope, needs: readonly string[], names: ReadonlyMap<string, CelType>): Record<string, unknown> {
  const root = (name: string): CelType => names.get(name) ?? dyn;
  return {
    get inputs() {
      return converted(scope.inputs, root('inputs'));
    },
    get facts() {
      return converted(scope.facts, root('facts'));
    },
    get host() {
      return converted(scope.host, root('host'));
    },
    get steps() {
      const there = needs.filter((id) => Object.hasOwn(scope.steps, id)).map((id) => [id, scope.steps[id] ?? null]);
      return toCel(Object.fromEntries(there) as JsonObject, root('steps'));
    },
    get item() {
      return scope.item === undefined ? undefined : toCel(scope.item, root('item'));
    },
  };
}

/** The same object is asked for by each expression of a host, and never changes. */
const remembered = new WeakMap<object, { readonly type: CelType; readonly value: unknown }>();

function converted(value: JsonObject, type: CelType): unknown {
  const known = remembered.get(value);
  if (known?.type === type) return known.value;
  const fresh = toCel(value, type);
  remembered.set(value, { type, value: fresh });
  return fresh;
}
