import { isDeepStrictEqual } from 'node:util';
import { isJsonObject } from '../domain/json.ts';
import type { AnyStepSpec, Example } from '../domain/step.ts';
import { yamlText } from '../formats/yaml-text.ts';
import { describeSchema } from './describe-schema.ts';

/** A step type as data, for `steps --json`. */
export function stepTypeData(spec: AnyStepSpec): object {
  const examples = spec.examples.map(({ title, params }) => ({ title, with: params }));
  const outputs = spec.outputs ? { outputs: spec.outputs.schema } : {};
  return {
    name: spec.name,
    summary: spec.summary,
    docs: spec.docs,
    changes: spec.plan !== undefined,
    with: spec.schema,
    ...outputs,
    examples,
  };
}

/** A step type as Markdown: the page of the reference, and what `steps TYPE` prints. */
export function describeStepType(spec: AnyStepSpec): readonly string[] {
  return [
    `# ${spec.name}`,
    '',
    `${spec.summary}.`,
    '',
    placeOf(spec),
    '',
    ...spec.docs.trim().split('\n'),
    '',
    '## Parameters',
    '',
    ...orNone(describeSchema(spec.schema)),
    ...(spec.outputs ? ['', '## Outputs', '', ...describeSchema(spec.outputs.schema)] : []),
    '',
    '## Examples',
    ...spec.examples.flatMap((example) => describeExample(spec, example)),
  ];
}

function placeOf({ plan, verify }: AnyStepSpec): string {
  if (plan) return 'Changes hosts: it stands in `remediate`.';
  return `Only reads: it stands in \`diagnose\` or \`remediate\`${verify ? ', and in `verify` with an `expect`' : ''}.`;
}

function orNone(lines: readonly string[]): readonly string[] {
  return lines.length > 0 ? lines : ['It takes none.'];
}

function describeExample(spec: AnyStepSpec, example: Example<unknown>): readonly string[] {
  const { title, outputs, says } = example;
  return [
    '',
    `### ${title}`,
    '',
    ...block('yaml', yamlText({ [phaseOf(spec, example)]: [stepOf(spec, example)] })),
    ...(says === undefined ? [] : listed('The plan says:', says, 'There is nothing to do.')),
    ...(outputs === undefined ? [] : ['', 'It gives:', '', ...block('yaml', yamlText(outputs))]),
    ...(expects(example) ? listed('It does not hold:', example.unmet ?? [], 'It holds.') : []),
  ];
}

function listed(lead: string, lines: readonly string[], otherwise: string): readonly string[] {
  return lines.length === 0 ? ['', otherwise] : ['', lead, '', ...block('text', lines.join('\n'))];
}

function expects({ params }: Example<unknown>): boolean {
  return isJsonObject(params) && params['expect'] !== undefined;
}

function phaseOf({ plan }: AnyStepSpec, example: Example<unknown>): string {
  if (plan) return 'remediate';
  return expects(example) ? 'verify' : 'diagnose';
}

/** The step as an author writes it: without the values that hold anyway. */
function stepOf({ name, schema }: AnyStepSpec, { params }: Example<unknown>): object {
  const known = 'properties' in schema ? (schema.properties ?? {}) : {};
  const isDefault = (key: string, value: unknown) => known[key]?.default !== undefined && isDeepStrictEqual(known[key].default, value);
  const written = Object.entries(params ?? {}).filter(([key, value]) => !isDefault(key, value));
  return { uses: name, ...(written.length > 0 ? { with: Object.fromEntries(written) } : {}) };
}

function block(language: string, text: string): readonly string[] {
  return [`\`\`\`${language}`, ...text.replace(/\n$/, '').split('\n'), '```'];
}
