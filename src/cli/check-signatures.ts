import { fail, ok, type Result } from '../domain/failure.ts';
import type { SavedPlan } from '../domain/saved-plan.ts';
import { approvalPaths } from '../journal/plan-store.ts';
import { readSignature, signaturePath } from '../journal/signature-file.ts';
import type { Rules } from './plan-policy.ts';
import { vouchForSavedRunbook } from './runbook-signature.ts';
import { nameOf, type Person, personOf } from './signer.ts';
import type { World } from './world.ts';

/** Who stands for a plan, by the signatures beside its file, and for the runbook in it. */
export interface Vouchers {
  readonly signedBy?: string;
  readonly runbookSignedBy?: string;
  readonly approvedBy: readonly string[];
  /** Sentences about signatures that do not count, and why. */
  readonly remarks: readonly string[];
}

/**
 * Checks the signatures beside a plan's file over its bytes. A signature of the maker that is there must hold, whether or not it
 * is asked for. Approvals count by persons: neither whoever signed the plan, nor whoever made it, nor anybody twice.
 */
export async function checkSignatures(
  world: World,
  rules: Rules,
  file: string,
  bytes: Uint8Array,
  { operator, runbook }: Pick<SavedPlan, 'operator' | 'runbook'>,
): Promise<Result<Vouchers>> {
  const remarks: string[] = [];
  const signed = await signerOf(world, rules, file, bytes);
  if (!signed.ok) return signed;
  const { isSigned, signer } = signed.value;
  if (isSigned && !signer) remarks.push('it is signed, and nobody checked by whom: no policy names allowed_signers');
  const author = await vouchForSavedRunbook(world, rules, runbook);
  if (!author.ok) return author;
  if (author.value.remark !== undefined) remarks.push(author.value.remark);

  const approvers: Person[] = [];
  for (const approval of await approvalPaths(file)) {
    const person = await approverOf(world, rules, approval, bytes);
    const problem = person.ok ? notCounted(person.value, signer, operator, approvers) : person.failure.message;
    if (problem !== undefined) remarks.push(problem.startsWith(approval) ? problem : `${approval} does not count: ${problem}`);
    else if (person.ok && person.value) approvers.push(person.value);
  }
  if (approvers.length < rules.approvals) {
    const why = remarks.map((remark) => `; ${remark}`).join('');
    const message = `the policy asks for ${rules.approvals} to approve the plan, and ${approvers.length} did${why}`;
    return fail('refused', message, { hint: `somebody else than who made it: runbook approve ${file}` });
  }
  const approvedBy = approvers.map(nameOf);
  const { signedBy: runbookSignedBy } = author.value;
  return ok({
    ...(signer ? { signedBy: nameOf(signer) } : {}),
    ...(runbookSignedBy === undefined ? {} : { runbookSignedBy }),
    approvedBy,
    remarks,
  });
}

/**
 * Checks one approval beside a plan, which was made just now: the name of who gave it, or undefined where no policy says whose
 * count. One that does not count is a failure.
 */
export async function checkApproval(
  world: World,
  rules: Rules,
  file: string,
  bytes: Uint8Array,
  { operator }: Pick<SavedPlan, 'operator'>,
  approval: string,
): Promise<Result<string | undefined>> {
  const [signed, person] = [await signerOf(world, rules, file, bytes), await approverOf(world, rules, approval, bytes)];
  if (!signed.ok) return signed;
  if (!person.ok) return person;
  if (!person.value) return ok(undefined);
  const before: Person[] = [];
  for (const other of (await approvalPaths(file)).filter((path) => path !== approval)) {
    const found = await approverOf(world, rules, other, bytes);
    if (found.ok && found.value) before.push(found.value);
  }
  const problem = notCounted(person.value, signed.value.signer, operator, before);
  if (problem === undefined) return ok(nameOf(person.value));
  return fail('refused', `this approval would not count: ${problem}`, { hint: 'somebody else must approve it' });
}

/** Who signed the plan, if anybody did and somebody knows whose signatures count. */
async function signerOf(
  world: World,
  rules: Rules,
  file: string,
  bytes: Uint8Array,
): Promise<Result<{ readonly isSigned: boolean; readonly signer?: Person }>> {
  const path = signaturePath(file);
  const signature = await readSignature(path);
  if (!signature.ok) return signature;
  if (!signature.value) {
    if (!rules.planSignature) return ok({ isSigned: false });
    return fail('refused', 'the policy asks for a signature, and the plan has none', { at: path, hint: 'plan again with --sign KEY' });
  }
  const person = await personOf(world, rules, 'plan', bytes, signature.value);
  return person.ok ? ok({ isSigned: true, ...(person.value ? { signer: person.value } : {}) }) : person;
}

/** Who gave an approval; undefined where no policy says whose count. */
async function approverOf(world: World, rules: Rules, path: string, bytes: Uint8Array): Promise<Result<Person | undefined>> {
  const signature = await readSignature(path);
  if (!signature.ok) return signature;
  if (!signature.value) return fail('refused', `${path} is not there any more`);
  return personOf(world, rules, 'plan', bytes, signature.value);
}

function notCounted(
  person: Person | undefined,
  signer: Person | undefined,
  operator: string,
  before: readonly Person[],
): string | undefined {
  if (!person) return 'no policy names allowed_signers';
  const name = nameOf(person);
  if (signer && isSame(person, signer)) return `${name} signed the plan`;
  if (person.some((one) => one === operator || one.split('@')[0] === operator)) return `${name} made the plan`;
  return before.some((other) => isSame(person, other)) ? `${name} has approved it already` : undefined;
}

function isSame(a: Person, b: Person): boolean {
  return a.some((name) => b.includes(name));
}
