import type { DeniedRead, Read } from '../domain/denied.ts';
import type { Failure } from '../domain/failure.ts';
import type { Finding } from '../domain/finding.ts';
import type { HostPlan, Outcome, StepPlan, StepStatus } from '../domain/plan.ts';
import type { SavedHost, SavedInventory, SavedPlan, SavedRunbook, SecretsProof, TypedPlan } from '../domain/saved-plan.ts';
import type { Unmet } from '../domain/step.ts';
import { change, contentName, digest } from './change-shape.ts';
import { anyObject, fieldsOf, flag, kindOf, listOf, mapOf, maybe, number, oneOf, type Shape, text, textLike } from './shape.ts';

const texts = listOf(text);
const moment: Shape = (value, at) => (typeof value === 'string' && isMoment(value) ? undefined : `${at} is no time`);
const failure = fieldsOf<Failure>({ code: textLike(/^[a-z-]+$/, 'code'), message: text, at: maybe(text), hint: maybe(text) });
const unmet = fieldsOf<Unmet>({ what: text, pendingMs: maybe(number), inconclusive: maybe(oneOf(true)) });
const finding = fieldsOf<Finding>({ kind: oneOf('cause', 'symptom', 'benign'), says: text, at: maybe(text), evidence: texts });

type Asked<K extends Read['kind']> = Extract<Read, { readonly kind: K }>;

const read = kindOf({
  file: fieldsOf<Asked<'file'>>({ kind: text, path: text }),
  list: fieldsOf<Asked<'list'>>({ kind: text, directory: text }),
  unit: fieldsOf<Asked<'unit'>>({ kind: text, unit: text }),
  probe: fieldsOf<Asked<'probe'>>({ kind: text, argv: texts }),
});

type Status<K extends StepStatus['kind']> = Extract<StepStatus, { readonly kind: K }>;

const status = kindOf({
  read: fieldsOf<Status<'read'>>({ kind: text }),
  planned: fieldsOf<Status<'planned'>>({ kind: text, changes: listOf(change) }),
  skipped: fieldsOf<Status<'skipped'>>({ kind: text, why: text }),
  deferred: fieldsOf<Status<'deferred'>>({ kind: text, why: text }),
  failed: fieldsOf<Status<'failed'>>({ kind: text, failure }),
});

const step = fieldsOf<StepPlan>({
  id: text,
  phase: oneOf('diagnose', 'remediate', 'verify'),
  uses: text,
  status,
  findings: listOf(finding),
  unmet: listOf(unmet),
  denied: maybe(listOf(fieldsOf<DeniedRead>({ read, why: text, instead: maybe(text) }))),
});

const hostPlan = fieldsOf<HostPlan>({
  host: text,
  outcome: oneOf('would-fix'),
  reason: maybe(failure),
  steps: listOf(step),
  findings: listOf(finding),
  unmet: listOf(unmet),
  changes: listOf(change, 1),
  become: maybe(flag),
  facts: anyObject,
});

/** All of them, by the type's word. */
const OUTCOMES: Readonly<Record<Outcome, true>> = {
  healthy: true,
  'other-cause': true,
  'would-fix': true,
  fixed: true,
  'rolled-back': true,
  failed: true,
  conflict: true,
  stale: true,
  unreachable: true,
  unknown: true,
  skipped: true,
};

/** The body of a plan file, beside its `contents`. */
export type PlanBody = SavedPlan & { readonly contents: Readonly<Record<string, string>> };

/** What the body of a plan file looks like. */
export const planBody: Shape = fieldsOf<PlanBody>({
  version: text,
  run: text,
  created: moment,
  expires: moment,
  operator: text,
  controller: text,
  runbook: fieldsOf<SavedRunbook>({ name: text, path: text, source: contentName, signature: maybe(text) }),
  typed: fieldsOf<TypedPlan>({ runbook: text, hosts: maybe(text), limit: maybe(text), inputs: texts, allowShell: maybe(flag) }),
  inputs: anyObject,
  secrets: maybe(fieldsOf<SecretsProof>({ names: texts, salt: textLike(/^[0-9a-f]{32}$/, 'salt'), scrypt: digest })),
  inventory: fieldsOf<SavedInventory>({ sources: texts, hosts: mapOf(digest), asked: mapOf(digest) }),
  hosts: listOf(fieldsOf<SavedHost>({ plan: hostPlan, outputs: anyObject })),
  others: listOf(fieldsOf<SavedPlan['others'][number]>({ host: text, outcome: oneOf(...Object.keys(OUTCOMES)) })),
  contents: mapOf(textLike(/^[A-Za-z0-9+/]*={0,2}$/, 'base64')),
});

function isMoment(value: string): boolean {
  const time = new Date(value);
  return !Number.isNaN(time.getTime()) && time.toISOString() === value;
}
