import { contentOf } from '../domain/file.ts';
import type { Diagnostic, InputSpec, Phase, Runbook, Step } from '../domain/runbook.ts';
import type { AnyStepSpec } from '../domain/step.ts';
import { compileStep } from './compile-step.ts';
import { type Compiled, compileCondition } from './compile-words.ts';
import { checkUniqueIds, draftSteps } from './draft-step.ts';
import { inputsFrom } from './inputs-from.ts';
import { vocabularyOf } from './names.ts';
import { parseYaml } from './parse-yaml.ts';
import { readHeader } from './read-header.ts';
import { readInputs } from './read-inputs.ts';
import { readRollout } from './read-rollout.ts';
import { readWords, type Words } from './read-words.ts';
import { Report } from './report.ts';
import type { Tree } from './yaml-tree.ts';

/** A file's path, for messages, and its text; a byte order mark is part of the text. */
export interface Source {
  readonly path: string;
  readonly text: string;
}

/** A checked runbook with its warnings, or everything that is wrong with the file in the order of the file. */
export type Loaded =
  | { readonly ok: true; readonly runbook: Runbook; readonly warnings: readonly Diagnostic[] }
  | { readonly ok: false; readonly diagnostics: readonly Diagnostic[] };

/** The words of a runbook. */
const RUNBOOK_WORDS = [
  'apiVersion',
  'name',
  'summary',
  'docs',
  'inputs',
  'hosts',
  'diagnose',
  'affected',
  'remediate',
  'verify',
  'gate',
  'rollout',
] as const;

/**
 * Checks a runbook as far as it can be checked without a host: words, types, references, expressions and parameters.
 * Never throws for what a file holds, and never evaluates anything of it.
 *
 * @param stepTypes the registry, by name
 */
export function loadRunbook(source: Source, stepTypes: ReadonlyMap<string, AnyStepSpec>): Loaded {
  const report = new Report(source.path, source.text);
  const tree = parseYaml(report);
  const runbook = tree && readRunbook(tree, stepTypes, report);
  const diagnostics = report.all();
  if (!runbook || report.failed) return { ok: false, diagnostics };
  return { ok: true, runbook, warnings: diagnostics };
}

const PHASES = ['diagnose', 'remediate', 'verify', 'gate'] as const satisfies readonly Phase[];

function readRunbook(tree: Tree, stepTypes: ReadonlyMap<string, AnyStepSpec>, report: Report): Runbook | undefined {
  const words = readWords(tree, RUNBOOK_WORDS, 'a runbook', report);
  if (!words) return undefined;
  const header = readHeader(words, report);
  const declared = readInputs(words.value('inputs'), report);
  const phases = PHASES.map((phase) => draftSteps(words.value(phase), phase, stepTypes, report));
  const drafts = phases.flatMap(({ steps }) => steps);
  const complete = phases.every((phase) => phase.complete);
  checkUniqueIds(drafts, report);
  checkShape(words, report);

  const vocabulary = vocabularyOf(declared, drafts, complete);
  const steps = drafts.flatMap((draft) => compileStep(draft, drafts, vocabulary, report) ?? []);
  const test = words.value('affected');
  const afterDiagnose = { phase: 'remediate', index: -1 } as const;
  const affected = test && compileCondition(test, 'affected', vocabulary.at(afterDiagnose), report);
  const rollout = readRollout(words.value('rollout'), report);

  if (!header || report.failed) return undefined;
  const inputs = new Map([...(declared ?? [])].filter((entry): entry is [string, InputSpec] => entry[1] !== undefined));
  return {
    ...header,
    path: report.path,
    source: contentOf(Buffer.from(report.text, 'utf8')),
    inputs,
    ...phasesOf(steps),
    ...affectedOf(affected),
    rollout,
    inputsFrom: (given) => inputsFrom(inputs, given),
  };
}

function checkShape(words: Words, report: Report): void {
  const has = (word: string) => {
    const tree = words.value(word);
    return tree !== undefined && (tree.kind !== 'list' || tree.items.length > 0);
  };
  if (!['diagnose', 'remediate', 'verify'].some(has)) {
    report.error('no-steps', words.head, 'this runbook has no steps', 'it needs diagnose, remediate or verify');
  }
  if (has('remediate') && !has('verify')) {
    const message = 'nothing asks whether the fix has worked, so nothing is rolled back by itself';
    report.warning('no-verify', words.key('remediate'), message, 'add a verify step');
  }
  if (has('gate') && !has('remediate')) {
    report.error('word-not-here', words.key('gate'), 'gate has no meaning without remediate: there are no waves');
  }
}

function phasesOf(steps: readonly Step[]): Pick<Runbook, Phase> {
  const of = (phase: Phase) => steps.filter((step) => step.phase === phase);
  return { diagnose: of('diagnose'), remediate: of('remediate'), verify: of('verify'), gate: of('gate') };
}

function affectedOf(affected: Compiled<boolean> | undefined): Pick<Runbook, 'affected'> {
  return affected ? { affected: affected.evaluate } : {};
}
