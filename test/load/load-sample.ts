import type { Runbook } from '../../src/domain/runbook.ts';
import type { Scope } from '../../src/domain/step.ts';
import { type Loaded, loadRunbook } from '../../src/load/load-runbook.ts';
import { renderDiagnostic } from '../../src/load/render-diagnostic.ts';
import { sampleStepTypes } from './sample-step-types.ts';

const HEADER = 'apiVersion: runbook/v1\nname: sample\nsummary: A sample\n';

/** Loads a text as `sample.yaml` with the step types of the tests. */
export function loadText(text: string): Loaded {
  return loadRunbook({ path: 'sample.yaml', text }, sampleStepTypes);
}

/** Loads a runbook whose first three lines are as they must be. */
export function loadBody(body: string): Loaded {
  return loadText(HEADER + body);
}

/** All that is said about a text, as it is printed. */
export function printed(loaded: Loaded): string {
  return (loaded.ok ? loaded.warnings : loaded.diagnostics).map(renderDiagnostic).join('\n');
}

/** A runbook that is expected to load. */
export function loaded(body: string): Runbook {
  const result = loadBody(body);
  if (!result.ok) throw new Error(printed(result));
  return result.runbook;
}

/** A scope for expressions; what is not given is empty. */
export function scopeWith(scope: Partial<Scope>): Scope {
  return { inputs: {}, steps: {}, facts: {}, host: {}, ...scope };
}
