import type { Reader } from '../../src/domain/access.ts';
import type { Change } from '../../src/domain/change.ts';
import { type AnyStepSpec, type Example, isFailure } from '../../src/domain/step.ts';
import { stepTypes } from '../../src/steps/index.ts';
import { unitStateOf } from '../fakes/fake-apply.ts';
import { FakeHost } from '../fakes/fake-host.ts';

/** One example of one step type, ready to be looked at. */
export interface WorkedExample {
  readonly title: string;
  readonly spec: AnyStepSpec;
  readonly example: Example<unknown>;
}

/** Every example of every registered step type. */
export const workedExamples: readonly WorkedExample[] = [...stepTypes.values()].flatMap((spec) =>
  spec.examples.map((example) => ({ title: `${spec.name}: ${example.title}`, spec, example })),
);

/** Those of types that change something. */
export const changingExamples: readonly WorkedExample[] = workedExamples.filter(({ spec }) => spec.plan !== undefined);

/** The example's host and what observing it gave; state and parameters are frozen all the way down. */
export async function observed({ spec, example }: WorkedExample): Promise<{ host: FakeHost; state: unknown; params: unknown }> {
  const host = new FakeHost(example.host);
  const params = deepFreeze(example.params);
  return { host, params, state: deepFreeze(await spec.observe(readerOf(host), params)) };
}

/** What a step type would do; throws when it refuses. */
export function plannedBy(spec: AnyStepSpec, state: unknown, params: unknown): readonly Change[] {
  const planned = spec.plan?.(state, params) ?? [];
  if (isFailure(planned)) throw new Error(`${spec.name} refuses: ${planned.message}`);
  return planned;
}

/** Only the reading half of a host: anything else is not there to be called. */
export function readerOf(host: FakeHost): Reader {
  return {
    facts: () => host.facts(),
    file: (path) => host.file(path),
    list: (directory) => host.list(directory),
    unit: (name) => host.unit(name),
    probe: (argv, options) => host.probe(argv, options),
    transaction: (tx) => host.transaction(tx),
    lock: () => host.lock(),
  };
}

/** All of a host that changes can touch, as plain data. */
export function snapshot(host: FakeHost): unknown {
  const files = [...host.files].map(([path, { content, attributes, realPath }]) => ({
    path,
    sha256: content.sha256,
    attributes,
    realPath,
  }));
  const units = [...host.units].map(([unit, properties]) => ({ unit, ...unitStateOf(properties) }));
  const byName = (a: object, b: object) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1);
  return { files: files.sort(byName), units: units.sort(byName) };
}

function deepFreeze<T>(value: T): T {
  // Bytes cannot be frozen; that they stay as they are shows in their digest.
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value) || Object.isFrozen(value)) return value;
  Object.freeze(value);
  for (const inner of Object.values(value)) deepFreeze(inner);
  return value;
}
