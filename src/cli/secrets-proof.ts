import { randomBytes, scryptSync, timingSafeEqual } from 'node:crypto';
import type { JsonObject } from '../domain/json.ts';
import type { Runbook } from '../domain/runbook.ts';
import type { SecretsProof } from '../domain/saved-plan.ts';
import { canonicalJson } from '../journal/canonical-json.ts';

/** Names of the inputs whose values a plan file must not hold. */
export function sensitiveNames({ inputs }: Pick<Runbook, 'inputs'>): readonly string[] {
  return [...inputs].flatMap(([name, { sensitive }]) => (sensitive ? [name] : []));
}

/**
 * What lets the same sensitive inputs be known again. One digest over all of them, with a salt and at the cost of some 100 ms
 * a guess (scrypt), since whoever holds the file may try passwords at leisure.
 */
export function secretsProof(runbook: Runbook, inputs: JsonObject): SecretsProof | undefined {
  const names = sensitiveNames(runbook);
  if (names.length === 0) return undefined;
  const salt = randomBytes(16).toString('hex');
  return { names, salt, scrypt: scryptOf(names, salt, inputs).toString('hex') };
}

/** True when the inputs are those that the plan was made with. */
export function provesSecrets({ names, salt, scrypt }: SecretsProof, inputs: JsonObject): boolean {
  return timingSafeEqual(scryptOf(names, salt, inputs), Buffer.from(scrypt, 'hex'));
}

function scryptOf(names: readonly string[], salt: string, inputs: JsonObject): Buffer {
  const secrets = Object.fromEntries(names.map((name) => [name, inputs[name] ?? null]));
  return scryptSync(canonicalJson(secrets), Buffer.from(salt, 'hex'), 32, { N: 2 ** 15, r: 8, p: 1, maxmem: 64 * 1024 * 1024 });
}
