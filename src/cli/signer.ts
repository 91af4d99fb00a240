import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fail, ok, type Result } from '../domain/failure.ts';
import type { Signable, Signature } from '../domain/signature.ts';
import { verify } from '../journal/ssh-signature.ts';
import type { Rules } from './plan-policy.ts';
import type { World } from './world.ts';

/** A person by the names that one key has in `allowed_signers`. */
export type Person = readonly string[];

/**
 * Who made a signature over these bytes; undefined where no policy says whose count; a failure when it does not hold. `at`: when the
 * key must have counted, in ms since the epoch; absent: now.
 */
export async function personOf(
  { env }: World,
  { signers }: Pick<Rules, 'signers'>,
  what: Signable,
  bytes: Uint8Array,
  signature: Signature,
  at?: number,
): Promise<Result<Person | undefined>> {
  let person: Person | undefined;
  for (const each of signers) {
    const found = await verify(what, bytes, signature, each, env, at);
    if (!found.ok) return found;
    person ??= found.value;
  }
  return ok(person);
}

/** The name that a person goes by. */
export function nameOf([name = 'nobody']: Person): string {
  return name;
}

const USUAL_KEYS = ['id_ed25519', 'id_ecdsa', 'id_rsa'];

/** The key to sign with: the one that was given, or the first of the usual ones. Absolute. */
export function signingKey({ cwd, home }: World, given: string | undefined): Result<string> {
  if (given !== undefined) return ok(resolve(cwd, given));
  const first = USUAL_KEYS.map((name) => join(home, '.ssh', name)).find(existsSync);
  return first === undefined ? fail('bad-input', 'there is no SSH key to sign with', { hint: 'name one: --key FILE' }) : ok(first);
}
