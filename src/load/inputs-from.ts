import { fail, ok, type Result } from '../domain/failure.ts';
import type { Json, JsonObject } from '../domain/json.ts';
import type { InputSpec } from '../domain/runbook.ts';
import { describeInputType, isOfType } from './input-type.ts';
import { sameValue } from './plain-value.ts';
import { didYouMean } from './suggest.ts';

/**
 * Checks given inputs against the declared ones and fills in defaults. Fails with `bad-input`, naming all that is wrong;
 * values are not repeated, for they may be secret.
 */
export function inputsFrom(declared: ReadonlyMap<string, InputSpec>, given: JsonObject): Result<JsonObject> {
  const wrong: string[] = [];
  let hint: string | undefined;
  for (const name of Object.keys(given)) {
    if (declared.has(name)) continue;
    wrong.push(`there is no input ${name}`);
    hint ??= didYouMean(name, declared.keys(), 'inputs') ?? 'this runbook takes no inputs';
  }
  const values: [string, Json][] = [];
  for (const [name, spec] of declared) {
    const value = Object.hasOwn(given, name) ? given[name] : spec.default;
    const problem = problemOf(value, spec);
    if (problem !== undefined) wrong.push(`input ${name} ${problem}`);
    else if (value !== undefined) values.push([name, value]);
    if (value === undefined) hint ??= `give it: -e ${name}=${spec.sensitive ? '@FILE' : '…'}`;
  }
  if (wrong.length > 0) return fail('bad-input', wrong.join('; '), hint === undefined ? {} : { hint });
  return ok(Object.fromEntries(values));
}

function problemOf(value: Json | undefined, { type, enum: choices }: InputSpec): string | undefined {
  if (value === undefined) return 'must be given';
  if (!isOfType(value, type)) return `must be ${describeInputType(type)}`;
  if (!choices || choices.some((choice) => sameValue(choice, value))) return undefined;
  return `must be ${choices.map((choice) => (typeof choice === 'string' ? choice : JSON.stringify(choice))).join(' or ')}`;
}
