import { resolve } from 'node:path';
import { type Failure, fail, ok, type Result } from '../domain/failure.ts';
import type { Content } from '../domain/file.ts';
import type { Runbook } from '../domain/runbook.ts';
import type { SavedRunbook } from '../domain/saved-plan.ts';
import type { Signature, SignatureState } from '../domain/signature.ts';
import { readSignature, signaturePath } from '../journal/signature-file.ts';
import { commandLine } from '../views/command-line.ts';
import { type Rules, readRules } from './plan-policy.ts';
import type { Screen } from './screen.ts';
import { nameOf, personOf } from './signer.ts';
import type { World } from './world.ts';

/** Who stands for a runbook, as far as the rules let that be known. */
export interface RunbookVoucher {
  /** By the name of the key; absent where nobody signed, or nobody knows whose signatures count. */
  readonly signedBy?: string;
  /** The signature itself, armoured, counted or not. */
  readonly signature?: string;
  /** A sentence about a signature that nobody has checked. */
  readonly remark?: string;
}

/**
 * Judges the signature beside a runbook's file, over the bytes that were loaded: the file is not read a second time. A signature
 * that is there must hold, whether or not the rules ask for one.
 */
export async function vouchForRunbook(world: World, rules: Rules, { path, source }: Runbook): Promise<Result<RunbookVoucher>> {
  const file = resolve(world.cwd, path);
  const signature = await readSignature(signaturePath(file));
  if (!signature.ok) return signature;
  const hint = `have it read, and signed: ${commandLine(['runbook', 'sign', path])}`;
  return vouched(world, rules, source, signature.value, { message: `${path} is not signed`, at: signaturePath(file), hint });
}

/** The same of a runbook in a saved plan, which brings its signature along. */
export function vouchForSavedRunbook(
  world: World,
  rules: Rules,
  { name, source, signature }: SavedRunbook,
): Promise<Result<RunbookVoucher>> {
  const found =
    signature === undefined ? undefined : { name: 'the signature of the runbook in the plan', bytes: Buffer.from(signature, 'utf8') };
  const message = `the runbook ${name} in the plan is not signed`;
  return vouched(world, rules, source, found, { message, hint: 'sign the runbook, and plan again' });
}

/** What `show` says of a runbook's signature. Nothing is asked of a host, so that nothing is refused: what is wrong is told. */
export async function signatureState(world: World, screen: Screen, runbook: Runbook): Promise<SignatureState> {
  const rules = await readRules(world, screen);
  if (!rules.ok) return { state: 'unchecked', why: `nobody checked whether it is signed: ${rules.failure.message}` };
  const voucher = await vouchForRunbook(world, { ...rules.value, runbookSignature: false }, runbook);
  if (!voucher.ok) return { state: 'bad', why: voucher.failure.message };
  const { signedBy, remark } = voucher.value;
  if (signedBy !== undefined) return { state: 'good', by: signedBy };
  return remark === undefined ? { state: 'none' } : { state: 'unchecked', why: remark };
}

async function vouched(
  world: World,
  rules: Rules,
  { bytes }: Content,
  signature: Signature | undefined,
  { message, ...more }: Omit<Failure, 'code'>,
): Promise<Result<RunbookVoucher>> {
  if (!signature) return rules.runbookSignature ? fail('refused', `the policy asks for signed runbooks, and ${message}`, more) : ok({});
  const person = await personOf(world, rules, 'runbook', bytes, signature);
  if (!person.ok) return { ok: false, failure: { ...more, ...person.failure } };
  const armoured = { signature: Buffer.from(signature.bytes).toString('utf8') };
  if (person.value) return ok({ ...armoured, signedBy: nameOf(person.value) });
  return ok({ ...armoured, remark: 'the runbook is signed, and nobody checked by whom: no policy names allowed_signers' });
}
