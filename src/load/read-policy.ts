import type { ChangeWindows } from '../domain/change-window.ts';
import type { Diagnostic } from '../domain/runbook.ts';
import type { Source } from './load-runbook.ts';
import { parseYaml } from './parse-yaml.ts';
import { readBoolean, readChoice, readInteger, readString } from './read-values.ts';
import { readWindows } from './read-windows.ts';
import { readWords } from './read-words.ts';
import { Report } from './report.ts';

/** What one policy file asks: of runbooks before a host is asked anything, of plans before they are carried out, of runs at their end, and when. */
export interface Policy {
  readonly runbookSignature: 'never' | 'always';
  readonly planSignature: 'never' | 'always';
  /** How many persons other than whoever made a plan must have approved it. */
  readonly approvals: number;
  /** As it is written: absolute, or from the directory of the policy. */
  readonly allowedSigners?: string;
  readonly revokedKeys?: string;
  /** The key that signs the end of each run, as it is written; absent: none does. */
  readonly signRuns?: string;
  /** `apply NAME` is refused: what is carried out was saved before. */
  readonly savedPlanOnly: boolean;
  readonly windows: ChangeWindows;
}

/** A policy, or everything that is wrong with its file. */
export type LoadedPolicy =
  | { readonly ok: true; readonly policy: Policy }
  | { readonly ok: false; readonly diagnostics: readonly Diagnostic[] };

const WORDS = [
  'runbook_signature',
  'plan_signature',
  'approvals',
  'allowed_signers',
  'revoked_keys',
  'saved_plan_only',
  'sign_runs',
  'maintenance',
  'freeze',
] as const;

const MOST_APPROVALS = 20;

/**
 * Reads a policy file. What is not understood is an error: a policy that asks for something else than it seems to would be
 * worse than none.
 */
export function loadPolicy(source: Source): LoadedPolicy {
  const report = new Report(source.path, source.text);
  const policy = readPolicy(report);
  if (!policy || report.failed) return { ok: false, diagnostics: report.all() };
  return { ok: true, policy };
}

function readPolicy(report: Report): Policy | undefined {
  if (report.text.split('\n').every((line) => /^\s*(#|$)/.test(line))) {
    report.error('missing-key', { start: 0, end: 1 }, 'the policy is empty', `it takes: ${WORDS.join(', ')}; or remove the file`);
    return undefined;
  }
  const tree = parseYaml(report);
  const words = tree && readWords(tree, WORDS, 'a policy', report);
  if (!words) return undefined;
  const approvals = readInteger(words.value('approvals'), 'approvals', 0, MOST_APPROVALS, report) ?? 0;
  const runbookSignature = readChoice(words.value('runbook_signature'), 'runbook_signature', ['never', 'always'], report) ?? 'never';
  // Who made a plan cannot count as a person who approves it; without a signature, nobody knows for sure who made it. And a plan that
  // is made by hand can hold any changes beside a signed runbook.
  const standard = approvals > 0 || runbookSignature === 'always' ? 'always' : 'never';
  const planSignature = readChoice(words.value('plan_signature'), 'plan_signature', ['never', 'always'], report);
  const allowedSigners = readString(words.value('allowed_signers'), 'allowed_signers', report);
  const revokedKeys = readString(words.value('revoked_keys'), 'revoked_keys', report);
  const signRuns = readString(words.value('sign_runs'), 'sign_runs', report);
  const savedPlanOnly = readBoolean(words.value('saved_plan_only'), 'saved_plan_only', report);
  const ofPlans = approvals > 0 ? 'approvals' : planSignature === 'always' ? 'plan_signature' : undefined;
  const word = ofPlans ?? (runbookSignature === 'always' ? 'runbook_signature' : undefined);
  if (word !== undefined && allowedSigners === undefined && words.value('allowed_signers') === undefined)
    report.error('missing-key', words.key(word), `${word} needs allowed_signers, which says whose keys count`);
  for (const [name, path] of Object.entries({ allowed_signers: allowedSigners, revoked_keys: revokedKeys, sign_runs: signRuns }))
    if (path?.trim() === '') report.error('bad-value', words.key(name), `${name} must be the path of a file`);
  return {
    runbookSignature,
    planSignature: planSignature ?? standard,
    approvals,
    ...(allowedSigners === undefined ? {} : { allowedSigners }),
    ...(revokedKeys === undefined ? {} : { revokedKeys }),
    ...(signRuns === undefined ? {} : { signRuns }),
    // A plan that is made and carried out at once has neither a signature nor an approval; its runbook may have one.
    savedPlanOnly: savedPlanOnly ?? ofPlans !== undefined,
    windows: readWindows(words, report),
  };
}
