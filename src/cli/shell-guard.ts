import type { Failure } from '../domain/failure.ts';
import type { Runbook, Step } from '../domain/runbook.ts';
import type { RunOptions } from './options.ts';

/**
 * Why a runbook with shell text may not be run: what such a command does, reading or changing, nobody sees but its author. Either the
 * operator says so, or somebody whose signature counts has read it. Undefined where nothing stands against it.
 */
export function shellProblem(runbook: Runbook, { allowShell }: RunOptions, signedBy: string | undefined): Failure | undefined {
  if (allowShell || signedBy !== undefined) return undefined;
  const steps = [...runbook.diagnose, ...runbook.remediate, ...runbook.verify, ...runbook.gate].filter(({ shellText }) => shellText);
  const [first] = steps;
  if (!first) return undefined;
  const others = steps.length > 1 ? `, and ${steps.length - 1} other ${steps.length > 2 ? 'steps' : 'step'}` : '';
  return {
    code: 'refused',
    message: `${runbook.name} runs shell text: ${first.phase} step ${first.id}${others}`,
    at: placeOf(first),
    hint: 'read it, and pass --allow-shell; or have it signed (runbook sign) where a policy names the signers',
  };
}

function placeOf({ place: { file, line, column } }: Step): string {
  return `${file}:${line}:${column}`;
}
