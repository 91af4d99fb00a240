import type { Failure, Result } from '../domain/failure.ts';
import type { SignatureState } from '../domain/signature.ts';
import type { ArchivedRun } from '../journal/run-archive.ts';
import { readSignature, runSignaturePath } from '../journal/signature-file.ts';
import type { Rules } from './plan-policy.ts';
import { nameOf, personOf } from './signer.ts';
import type { World } from './world.ts';

/**
 * Judges the signature over the end of a run, by the time of that end: a key that has had its day since still counts, a revoked one does not.
 * Good is one over the last line alone, for what follows a signed line is vouched for by nobody.
 */
export async function endSignature(world: World, rules: Result<Rules>, run: ArchivedRun): Promise<SignatureState> {
  const signature = await readSignature(runSignaturePath(run.directory));
  if (!signature.ok) return bad(signature.failure);
  if (!signature.value) return { state: 'none' };
  if (!rules.ok) return { state: 'unchecked', why: `nobody checked its signature: ${rules.failure.message}` };
  if (rules.value.signers.length === 0)
    return { state: 'unchecked', why: 'it is signed, and nobody checked by whom: no policy names allowed_signers' };
  let first: Failure | undefined;
  // A run that was resumed after its end has another one, which may not have been signed.
  for (const { line, bytes, at } of run.ends.toReversed()) {
    const person = await personOf(world, rules.value, 'run', bytes, signature.value, at);
    if (!person.ok) first ??= person.failure;
    else if (person.value) return overLine(nameOf(person.value), line, run);
  }
  return first ? bad(first) : { state: 'bad', why: 'it is over an end that the journal does not have' };
}

function overLine(by: string, line: number, { events }: ArchivedRun): SignatureState {
  if (line === events.length) return { state: 'good', by };
  return { state: 'bad', why: `it is by ${by} over the first ${line} lines of the journal; what follows them is not signed` };
}

function bad({ message }: Failure): SignatureState {
  return { state: 'bad', why: message };
}
