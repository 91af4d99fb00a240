import { existsSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import packageJson from '../../package.json' with { type: 'json' };
import { fail, ok, type Result } from '../domain/failure.ts';
import type { Runbook } from '../domain/runbook.ts';
import type { NamedPlan } from '../domain/saved-plan.ts';
import { decodePlan } from '../journal/plan-file.ts';
import { isPlanFile, readPlanFile } from '../journal/plan-store.ts';
import { loadRunbook } from '../load/load-runbook.ts';
import { stepTypes } from '../steps/index.ts';
import { checkSignatures, type Vouchers } from './check-signatures.ts';
import type { Rules } from './plan-policy.ts';
import { findRunbook } from './runbook-files.ts';
import type { World } from './world.ts';

/** A saved plan that is whole, and that this program may carry out as far as nobody has to be asked. */
export interface OpenPlan extends NamedPlan {
  /** Absolute. */
  readonly file: string;
  readonly bytes: Uint8Array;
  readonly runbook: Runbook;
}

/** The plan file that a word on the command line names; undefined when it names a runbook, or nothing. */
export async function planFileNamed(world: World, name: string): Promise<string | undefined> {
  const file = resolve(world.cwd, name);
  if (!existsSync(file) || !(await isPlanFile(file))) return undefined;
  // The bare name of a runbook goes on meaning that, whatever lies about.
  return basename(name) === name && !name.includes('.') && findRunbook(world, name).ok ? undefined : file;
}

/** Reads a plan file and checks all that can be checked without hosts, inventory and signatures. */
export async function openPlan(file: string): Promise<Result<OpenPlan>> {
  const bytes = await readPlanFile(file);
  if (!bytes.ok) return bytes;
  const decoded = decodePlan(bytes.value);
  if (!decoded.ok) return { ok: false, failure: { ...decoded.failure, at: file } };
  const { plan, sha256 } = decoded.value;
  if (plan.version !== packageJson.version) {
    const message = `the plan was made by version ${plan.version} of runbook, and this is ${packageJson.version}`;
    return fail('refused', message, { at: file, hint: 'plan again with this version' });
  }
  const expiry = expiryProblem(decoded.value, Date.now());
  if (expiry) return expiry;
  const { path, name, source } = plan.runbook;
  const loaded = loadRunbook({ path, text: Buffer.from(source.bytes).toString('utf8') }, stepTypes);
  if (!loaded.ok || loaded.runbook.name !== name || loaded.runbook.source.sha256 !== source.sha256)
    return fail('bad-input', `the runbook ${name} in the plan is not valid`, { at: file, hint: 'plan again' });
  return ok({ file, bytes: bytes.value, sha256, plan, runbook: loaded.runbook });
}

/** A clock that is behind by more than this is not a clock that agrees with the other one. */
const SKEW_MS = 300_000;

/** Why a plan may not be carried out at a time (ms since the epoch); undefined while it may. */
export function expiryProblem({ plan: { created, expires } }: NamedPlan, now: number): Result<never> | undefined {
  if (now >= Date.parse(expires)) return fail('expired', `the plan expired at ${expires}; it is now ${iso(now)}`, { hint: 'plan again' });
  if (now < Date.parse(created) - SKEW_MS)
    return fail('refused', `the plan was made at ${created}, and it is ${iso(now)} here`, { hint: 'put the clocks right' });
  return undefined;
}

/** Checks a `--plan-hash`: true when it names this plan, false when none was given. */
export function hashNames({ sha256 }: NamedPlan, given: string | undefined): Result<boolean> {
  if (given === undefined) return ok(false);
  if (!/^[0-9a-f]{8,64}$/i.test(given)) return fail('bad-input', '--plan-hash takes the first 8 to 64 hex digits of the hash of a plan');
  if (sha256.startsWith(given.toLowerCase())) return ok(true);
  return fail('refused', `the plan has the hash ${sha256}, not ${given}`, { hint: 'it is another plan than the one that was approved' });
}

/** The signatures beside a plan, as the rules want them. */
export function vouchersOf(world: World, rules: Rules, { file, bytes, plan }: OpenPlan): Promise<Result<Vouchers>> {
  return checkSignatures(world, rules, file, bytes, plan);
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
