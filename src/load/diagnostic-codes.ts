/** Every code a diagnostic can have, with what it means and what to do. `docs/errors.md` and `runbook validate` are made from it. */
export const diagnosticCodes = {
  'too-large': 'The file is larger than a runbook may be (1 MiB, about 15,000 lines of YAML, 2,000 keys a map, 64 KiB a value, 32 levels).',
  'control-character':
    'YAML allows no control characters, and a reviewer would not see them, nor bidirectional controls. Write an escape in double quotes.',
  'yaml-syntax': 'The text is not YAML 1.2. An expression inside { } or [ ], or one that holds ": " or " #", needs quotes around it.',
  'yaml-feature':
    'Anchors, aliases, merge keys, tags, directives and several documents are not taken: what a runbook says stands where it is read.',
  'duplicate-key': 'The same key stands twice in one map; only one of them could count.',
  'bad-key': 'A key is not a string, or is one of __proto__, constructor and prototype, which are refused everywhere.',
  'bad-number': 'A number that cannot be held exactly (beyond 2^53), or is no number (.nan, .inf). Quote it if it is a text.',
  'unknown-key': 'A word that the language does not have at this place.',
  'missing-key': 'A word that must be there is not.',
  'wrong-type': 'A value of another type was expected.',
  'bad-value': 'The type is right, the value is not one that is taken here.',
  'unsupported-version': 'apiVersion names a language that this program does not speak. It speaks runbook/v1.',
  'name-differs': 'A warning: the runbook is looked up by its file name, and calls itself something else.',
  'no-steps': 'The runbook neither diagnoses, nor remediates, nor verifies.',
  'no-verify': 'A warning: nothing asks whether the fix has worked, so nothing would be rolled back by itself.',
  'unknown-step-type': '`uses` names no step type. `runbook steps` lists them.',
  'wrong-phase': 'diagnose and verify only read: a step type that changes hosts belongs in remediate.',
  'duplicate-id': 'Two steps have the same id, so that steps.ID would be ambiguous.',
  'word-not-here': 'A word of the language that has no meaning in this phase or for this step type.',
  'expect-in-diagnose':
    'Nothing judges an `expect` in diagnose, so the wish would be lost without a word. Test the outputs in `affected`, or move the step to verify.',
  'expect-missing': 'A verify step says nothing about what it expects, so it would always hold.',
  params: 'What `with` gives does not fit the step type. `runbook steps TYPE` shows what it takes.',
  'expression-unclosed': 'A ${{ without its }}. To write the characters themselves: $${{.',
  'expression-syntax': 'The expression is not CEL.',
  'expression-too-large': 'The expression is too long, too deep, or has loops nested more than two deep, which could take for ever.',
  'expression-not-here': 'Expressions are taken in with, if, for_each, on and affected; elsewhere text stands as it is.',
  'expression-type': 'An operator or function does not take a value of this type.',
  'wrong-result': 'The expression gives another type than is wanted here.',
  'unknown-name': 'Expressions know inputs, steps, facts and host, and item where there is a for_each.',
  'unknown-input': 'inputs.NAME is not declared under `inputs`.',
  'unknown-fact': 'facts.NAME is not among the facts that are asked of each host.',
  'unknown-field': 'The value has no such field.',
  'unknown-function': 'CEL has no such function.',
  'unknown-step': 'No step of this runbook has this id.',
  'step-not-before': 'A step can only refer to steps whose outputs are there when it runs.',
  'changing-step':
    'Steps of remediate are planned before anything changes, so their outputs are not there to refer to. Read in diagnose instead.',
  'no-outputs': 'This step type gives no outputs.',
  'unknown-output': 'This step type has no such output. `runbook steps TYPE` lists them.',
  'dynamic-step': 'A step must be named by itself (steps.ID or steps["ID"]), so that it is known before any connection what is needed.',
  'shadowed-name': 'A loop variable has the name of something that stands for the host or the runbook.',
  'bad-regex': "A regular expression that is not in RE2's syntax, or has more than 512 characters.",
} as const;

/** The closed set of diagnostic codes. */
export type DiagnosticCode = keyof typeof diagnosticCodes;

/** What a code means and what to do; `undefined` when there is no such code. */
export function explainCode(code: string): string | undefined {
  return Object.entries(diagnosticCodes).find(([known]) => known === code)?.[1];
}
