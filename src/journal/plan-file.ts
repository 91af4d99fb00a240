import { createHash } from 'node:crypto';
import type { Change, FileChange } from '../domain/change.ts';
import { fail, ok, type Result } from '../domain/failure.ts';
import { type Content, contentOf, type FileState } from '../domain/file.ts';
import type { Json } from '../domain/json.ts';
import type { StepStatus } from '../domain/plan.ts';
import type { NamedPlan, SavedHost, SavedPlan } from '../domain/saved-plan.ts';
import { canonicalJson } from './canonical-json.ts';
import { namedContents } from './event-codec.ts';
import { type PlanBody, planBody } from './plan-shape.ts';

const FORMAT = 'runbook-plan/v1';

/** How a plan file begins, whatever its version. */
const BEGINNING = /^\s*\{\s*"format"\s*:\s*"runbook-plan\//;

const WHOLE = /^\{"format":"runbook-plan\/v1","sha256":"([0-9a-f]{64})","body":(.*)\}\n$/s;

/** True for a text that means to be a plan file, also one that is damaged further on. */
export function looksLikePlan(beginning: string): boolean {
  return BEGINNING.test(beginning);
}

/**
 * A plan as the text of a file: `{"format":"runbook-plan/v1","sha256":HASH,"body":BODY}`, where HASH is over BODY, and BODY has one
 * spelling ({@link canonicalJson}). File contents stand in it once each, in base64 by their digest.
 */
export function encodePlan(plan: SavedPlan): { readonly text: string; readonly sha256: string } {
  const contents = Object.fromEntries(contentsIn(plan).map(({ sha256, bytes }) => [sha256, Buffer.from(bytes).toString('base64')]));
  const named = JSON.stringify({ ...plan, contents }, namedContents);
  const body = canonicalJson(JSON.parse(named) as Json);
  const sha256 = createHash('sha256').update(body).digest('hex');
  return { text: `{"format":"${FORMAT}","sha256":"${sha256}","body":${body}}\n`, sha256 };
}

/**
 * Reads a plan file back. Whatever it holds, it never throws; and a file is taken only when it is, byte for byte, what
 * {@link encodePlan} would write for what was read of it, so that nothing in it can mean something else to another reader.
 */
export function decodePlan(bytes: Uint8Array): Result<NamedPlan> {
  try {
    return decoded(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes));
  } catch (error) {
    // Not UTF-8, not JSON, or nested so deeply that the stack overflows.
    return damaged(error instanceof Error ? error.message : String(error));
  }
}

function decoded(text: string): Result<NamedPlan> {
  const [, sha256, body] = WHOLE.exec(text) ?? [];
  if (sha256 === undefined || body === undefined) {
    const other = /^\s*\{\s*"format"\s*:\s*"(runbook-plan\/[\w.]{1,20})"/.exec(text)?.[1];
    if (other === undefined || other === FORMAT) return damaged('it does not have the form in which plans are written');
    return fail('bad-input', `the plan file has the format ${other}, and this program reads ${FORMAT}`, { hint: AGAIN });
  }
  const found = createHash('sha256').update(body).digest('hex');
  if (found !== sha256) return damaged(`its hash is ${sha256.slice(0, 12)}…, but what it holds has ${found.slice(0, 12)}…`);
  const value: unknown = JSON.parse(body);
  const wrong = planBody(value, 'body');
  if (wrong !== undefined) return damaged(wrong);
  const plan = filled(value as PlanBody);
  if (!plan || encodePlan(plan).text !== text) return damaged('it is not written as this program writes plans');
  return ok({ sha256, plan });
}

const AGAIN = 'plan again: runbook plan NAME -o FILE';

function damaged(why: string): Result<never> {
  return fail('bad-input', `the plan file was damaged or altered: ${why}`, { hint: AGAIN });
}

/** Every content that a plan needs to be shown and carried out. */
function contentsIn(plan: SavedPlan): readonly Content[] {
  const changes = plan.hosts.flatMap(({ plan: { steps, changes: merged } }) => [
    ...merged,
    ...steps.flatMap(({ status }) => (status.kind === 'planned' ? status.changes : [])),
  ]);
  const states = changes.flatMap((change) => (change.kind === 'file' ? [change.before, change.after] : []));
  return [plan.runbook.source, ...states.flatMap((state) => (state.kind === 'file' ? [state.content] : []))];
}

/** Puts the contents back where they are named; undefined when one is missing, or is not what its digest says. */
function filled({ contents, ...plan }: PlanBody): SavedPlan | undefined {
  const known = new Map(
    Object.values(contents).map((base64) => {
      const content = contentOf(new Uint8Array(Buffer.from(base64, 'base64')));
      return [content.sha256, content];
    }),
  );
  const missing = contentsIn(plan).some(({ sha256 }) => !known.has(sha256));
  if (missing) return undefined;
  const whole = (name: Content): Content => known.get(name.sha256) ?? name;
  const state = (each: FileState): FileState => (each.kind === 'absent' ? each : { ...each, content: whole(each.content) });
  const change = (each: Change): Change => {
    if (each.kind !== 'file') return each;
    const file: FileChange = { ...each, before: state(each.before), after: state(each.after) };
    return file;
  };
  const status = (each: StepStatus): StepStatus => (each.kind === 'planned' ? { ...each, changes: each.changes.map(change) } : each);
  const host = ({ plan: found, outputs }: SavedHost): SavedHost => {
    const steps = found.steps.map((step) => ({ ...step, status: status(step.status) }));
    return { outputs, plan: { ...found, steps, changes: found.changes.map(change) } };
  };
  return { ...plan, runbook: { ...plan.runbook, source: whole(plan.runbook.source) }, hosts: plan.hosts.map(host) };
}
