import { resolve } from 'node:path';
import { signaturePath, writeSignature } from '../journal/signature-file.ts';
import { sign } from '../journal/ssh-signature.ts';
import { requireRunbook } from './load-runbook-file.ts';
import type { CommonOptions } from './options.ts';
import { readRules } from './plan-policy.ts';
import { shownPath } from './save-plan.ts';
import { screenOf } from './screen.ts';
import { nameOf, personOf, signingKey } from './signer.ts';
import type { World } from './world.ts';

/** `sign RUNBOOK`: from a valid runbook to a signature beside its file, which counts by the policy here if there is one. */
export async function runSign(world: World, name: string, options: CommonOptions & { readonly key?: string }): Promise<number> {
  const screen = screenOf(world, options);
  const runbook = await requireRunbook(world, screen, name);
  if (!runbook) return 1;
  const key = signingKey(world, options.key);
  if (!key.ok) return screen.refuse(key.failure);
  const rules = await readRules(world, screen);
  if (!rules.ok) return screen.refuse(rules.failure);
  const { bytes, sha256 } = runbook.source;
  const signed = await sign('runbook', bytes, key.value, world.env, (said) => screen.tell([screen.err.say(said)]));
  if (!signed.ok) return screen.refuse(signed.failure);
  const path = signaturePath(resolve(world.cwd, runbook.path));
  const signature = { name: path, bytes: signed.value };
  // One that would not count never takes the place of one that may.
  const person = await personOf(world, rules.value, 'runbook', bytes, signature);
  if (!person.ok) return screen.refuse({ ...person.failure, message: `this signature would not count: ${person.failure.message}` });
  const written = await writeSignature(signature, 0o644);
  if (!written.ok) return screen.refuse(written.failure);
  if (options.json) {
    screen.data({ runbook: runbook.path, sha256, signature: path, ...(person.value ? { by: nameOf(person.value) } : {}) });
  }
  const { say } = screen.err;
  const by = person.value ? ` by ${say(nameOf(person.value))}` : '';
  screen.tell([`Signed${by}: ${say(shownPath(world, path))}`, `  of ${say(runbook.path)}, sha256 ${sha256}`]);
  if (!person.value) screen.tell(['No policy here names allowed_signers, so nobody checked whose key that is.']);
  return 0;
}
