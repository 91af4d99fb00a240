import { existsSync } from 'node:fs';
import { fail, ok, type Result } from '../domain/failure.ts';
import type { SavedPlan } from '../domain/saved-plan.ts';
import { approvalPaths, signaturePath } from '../journal/plan-store.ts';
import { verify } from '../journal/ssh-signature.ts';
import type { Rules } from './plan-policy.ts';
import type { World } from './world.ts';

/** Who stands for a plan, by the signatures beside its file. */
export interface Vouchers {
  readonly signedBy?: string;
  readonly approvedBy: readonly string[];
  /** Sentences about signatures that do not count, and why. */
  readonly remarks: readonly string[];
}

/** A person by the names that one key has in `allowed_signers`. */
type Person = readonly string[];

/**
 * Checks the signatures beside a plan's file over its bytes. A signature of the maker that is there must hold, whether or not it
 * is asked for. Approvals count by persons: neither whoever signed the plan, nor whoever made it, nor anybody twice.
 */
export async function checkSignatures(
  world: World,
  rules: Rules,
  file: string,
  bytes: Uint8Array,
  { operator }: Pick<SavedPlan, 'operator'>,
): Promise<Result<Vouchers>> {
  const remarks: string[] = [];
  const signer = await signerOf(world, rules, file, bytes);
  if (!signer.ok) return signer;
  if (existsSync(signaturePath(file)) && !signer.value)
    remarks.push('it is signed, and nobody checked by whom: no policy names allowed_signers');

  const approvers: Person[] = [];
  for (const approval of await approvalPaths(file)) {
    const person = await personOf(world, rules, approval, bytes);
    const problem = person.ok ? notCounted(person.value, signer.value, operator, approvers) : person.failure.message;
    if (problem !== undefined) remarks.push(problem.startsWith(approval) ? problem : `${approval} does not count: ${problem}`);
    else if (person.ok && person.value) approvers.push(person.value);
  }
  if (approvers.length < rules.approvals) {
    const why = remarks.map((remark) => `; ${remark}`).join('');
    const message = `the policy asks for ${rules.approvals} to approve the plan, and ${approvers.length} did${why}`;
    return fail('refused', message, { hint: `somebody else than who made it: runbook approve ${file}` });
  }
  const approvedBy = approvers.map(nameOf);
  return ok({ ...(signer.value ? { signedBy: nameOf(signer.value) } : {}), approvedBy, remarks });
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
  const [signer, person] = [await signerOf(world, rules, file, bytes), await personOf(world, rules, approval, bytes)];
  if (!signer.ok) return signer;
  if (!person.ok) return person;
  if (!person.value) return ok(undefined);
  const before: Person[] = [];
  for (const other of (await approvalPaths(file)).filter((path) => path !== approval)) {
    const found = await personOf(world, rules, other, bytes);
    if (found.ok && found.value) before.push(found.value);
  }
  const problem = notCounted(person.value, signer.value, operator, before);
  if (problem === undefined) return ok(nameOf(person.value));
  return fail('refused', `this approval would not count: ${problem}`, { hint: 'somebody else must approve it' });
}

/** Who signed the plan; undefined where nobody did, or nobody knows whose signatures count. */
async function signerOf(world: World, rules: Rules, file: string, bytes: Uint8Array): Promise<Result<Person | undefined>> {
  const path = signaturePath(file);
  if (existsSync(path)) return personOf(world, rules, path, bytes);
  if (!rules.signature) return ok(undefined);
  return fail('refused', 'the policy asks for a signature, and the plan has none', { at: path, hint: 'plan again with --sign KEY' });
}

/** Who made a signature; undefined where no policy says whose count. */
async function personOf({ env }: World, { signers }: Rules, path: string, bytes: Uint8Array): Promise<Result<Person | undefined>> {
  let person: Person | undefined;
  for (const each of signers) {
    const found = await verify(bytes, path, each, env);
    if (!found.ok) return found;
    person ??= found.value;
  }
  return ok(person);
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

function nameOf([name = 'nobody']: Person): string {
  return name;
}
