import type { Phase } from '../domain/runbook.ts';
import type { AnyStepSpec } from '../domain/step.ts';
import { readList, readString } from './read-values.ts';
import { readWords, required, type Words } from './read-words.ts';
import type { Range, Report } from './report.ts';
import { didYouMean } from './suggest.ts';
import type { Tree } from './yaml-tree.ts';

/** The words of a step. */
const STEP_WORDS = [
  'id',
  'uses',
  'with',
  'if',
  'for_each',
  'on',
  'on_change',
  'become',
  'timeout',
  'retries',
  'confirm',
  'sensitive',
  'continue_on_error',
  'validate',
  'write_mode',
] as const;

const STEP_ID = /^[a-z][a-z0-9_-]*$/;

/** A step whose name and type were read, but none of its expressions: what others may refer to. */
export interface StepDraft {
  readonly id: string;
  readonly phase: Phase;
  /** Position in its phase, from 0. */
  readonly index: number;
  /** Absent when `uses` names no type, which was reported. */
  readonly spec?: AnyStepSpec;
  readonly words: Words;
  /** Its outputs are a list, one an element. */
  readonly repeated: boolean;
}

/** The steps of a runbook, phase by phase. */
export interface StepDrafts {
  readonly steps: readonly StepDraft[];
  /** False when a part could not be read, so that a step which seems to be missing may be there. */
  readonly complete: boolean;
}

/** Reads the steps of one phase. */
export function draftSteps(tree: Tree | undefined, phase: Phase, stepTypes: ReadonlyMap<string, AnyStepSpec>, report: Report): StepDrafts {
  if (tree === undefined || (tree.kind === 'scalar' && tree.value === null)) return { steps: [], complete: true };
  const items = readList(tree, phase, report);
  if (!items) return { steps: [], complete: false };
  const steps = items.flatMap((item, index) => draftStep(item, phase, index, stepTypes, report) ?? []);
  return { steps, complete: steps.length === items.length };
}

function draftStep(
  tree: Tree,
  phase: Phase,
  index: number,
  stepTypes: ReadonlyMap<string, AnyStepSpec>,
  report: Report,
): StepDraft | undefined {
  const words = readWords(tree, STEP_WORDS, 'a step', report);
  if (!words) return undefined;
  const id = readId(words, report) ?? `${phase}-${index + 1}`;
  const uses = readString(required(words, 'uses', 'a step', report), 'uses', report);
  const spec = uses === undefined ? undefined : stepTypes.get(uses);
  if (uses !== undefined && !spec) {
    const range = valueRange(words, 'uses');
    report.error('unknown-step-type', range, `there is no step type ${uses}`, didYouMean(uses, stepTypes.keys(), 'step types'));
  }
  return { id, phase, index, words, repeated: words.value('for_each') !== undefined, ...(spec ? { spec } : {}) };
}

function readId(words: Words, report: Report): string | undefined {
  const id = readString(words.value('id'), 'id', report);
  if (id === undefined) return undefined;
  const range = valueRange(words, 'id');
  const hint = 'lower-case letters, digits, - and _, beginning with a letter';
  if (!STEP_ID.test(id)) report.error('bad-value', range, `${id === '' ? 'an empty text' : id} cannot be the id of a step`, hint);
  else if (id === 'constructor' || id === 'prototype') report.error('bad-value', range, `${id} cannot be the id of a step`);
  return id;
}

/** Where the value of a word stands, or its map when it is not there. */
export function valueRange(words: Words, word: string): Range {
  return words.value(word)?.range ?? words.head;
}

/** Reports ids that stand twice. */
export function checkUniqueIds(steps: readonly StepDraft[], report: Report): void {
  const first = new Map<string, StepDraft>();
  for (const step of steps) {
    const before = first.get(step.id);
    if (!before) {
      first.set(step.id, step);
      continue;
    }
    const line = report.place(valueRange(before.words, 'id').start).line;
    report.error('duplicate-id', valueRange(step.words, 'id'), `two steps have the id ${step.id}`, `the first is in line ${line}`);
  }
}
