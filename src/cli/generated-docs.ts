import { type DiagnosticCode, diagnosticCodes } from '../load/diagnostic-codes.ts';
import { runbookSchema } from '../load/runbook-schema.ts';
import { stepTypes } from '../steps/index.ts';
import { describeStepType } from './describe-step-type.ts';
import { exitCodeMeanings, failureMeanings } from './failure-meanings.ts';

/** The parts of `docs/` that are made from the program itself, by path below `docs/`. */
export function generatedDocs(): ReadonlyMap<string, string> {
  const steps = [...stepTypes.values()];
  return new Map([
    ['schema/runbook.v1.json', `${JSON.stringify(runbookSchema(stepTypes), null, 2)}\n`],
    ['errors.md', page(errors())],
    ['steps/README.md', page(stepIndex())],
    ...steps.map((spec) => [`steps/${spec.name}.md`, page(describeStepType(spec))] as const),
  ]);
}

const NOTE = '<!-- Made by `npm run generate`; edits are lost. -->';

function page(lines: readonly string[]): string {
  const [title = '', ...rest] = lines;
  return `${[title, '', NOTE, ...rest].join('\n').trimEnd()}\n`;
}

function stepIndex(): readonly string[] {
  const rows = [...stepTypes.values()].map(({ name, plan, summary }) => [`[${name}](${name}.md)`, plan ? 'changes' : 'reads', summary]);
  return [
    '# Step types',
    '',
    'What a step `uses`. A type that reads stands in `diagnose`, in `remediate`, and with an `expect` in `verify`; a type that',
    'changes stands in `remediate` alone. `runbook steps` prints this list, and `runbook steps TYPE` the page of one.',
    'The words that every step takes are in [runbook-format.md](../runbook-format.md).',
    '',
    ...table(['type', '', 'what it does'], rows),
  ];
}

function errors(): readonly string[] {
  const failures = Object.entries(failureMeanings).map(([code, { means, todo }]) => [`\`${code}\``, means, todo]);
  const diagnostics = (Object.keys(diagnosticCodes) as DiagnosticCode[]).map((code) => [`\`${code}\``, diagnosticCodes[code]]);
  return [
    '# Errors',
    '',
    '## Exit codes',
    '',
    'The first that applies to a run, in this order: 70, 130, 3, 4, 5, 2, 0. So a host in trouble is never hidden by one that was not reached.',
    '',
    ...table(
      ['code', 'meaning'],
      exitCodeMeanings.map(({ code, means }) => [String(code), means]),
    ),
    '',
    '## Failures',
    '',
    'Why a command or a host did not get where it should. With `--json` the code stands in `reason.code` of `host.finished`.',
    '',
    ...table(['code', 'meaning', 'what to do'], failures),
    '',
    '## Diagnostics of runbooks',
    '',
    'What `runbook validate` finds in a file, each with its line and column. A file with an error is never run.',
    '',
    ...table(['code', 'meaning'], diagnostics),
  ];
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): readonly string[] {
  const row = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [row(head), `|${head.map(() => '---|').join('')}`, ...rows.map(row)];
}
