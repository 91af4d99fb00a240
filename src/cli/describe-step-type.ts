import type { JsonSchema } from '../domain/schema.ts';
import type { AnyStepSpec } from '../domain/step.ts';

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
    `${spec.summary}. ${spec.plan ? 'Changes hosts.' : 'Reads only.'}`,
    '',
    ...spec.docs.trim().split('\n'),
    '',
    '## with',
    '',
    ...properties(spec.schema, ''),
    ...(spec.outputs ? ['', '## outputs', '', ...properties(spec.outputs.schema, '')] : []),
    '',
    '## examples',
    ...spec.examples.flatMap(({ title, params }) => [
      '',
      `${title}:`,
      '',
      '```yaml',
      `uses: ${spec.name}`,
      `with: ${JSON.stringify(params)}`,
      '```',
    ]),
  ];
}

function properties(schema: JsonSchema, indent: string): readonly string[] {
  if (!('properties' in schema) || schema.properties === undefined) return [];
  const required = new Set(schema.required ?? []);
  return Object.entries(schema.properties).flatMap(([name, property]) => {
    const facts = [
      typeWords(property),
      ...(required.has(name) ? ['required'] : []),
      ...('default' in property ? [`default \`${JSON.stringify(property.default)}\``] : []),
    ];
    return [`${indent}- \`${name}\` (${facts.join(', ')}): ${property.description ?? ''}`, ...properties(property, `${indent}  `)];
  });
}

function typeWords(schema: JsonSchema): string {
  if ('enum' in schema && schema.enum) return schema.enum.map((value) => `\`${value}\``).join(' or ');
  if ('anyOf' in schema && schema.anyOf) return schema.anyOf.map(typeWords).join(' or ');
  if (schema.type === 'array') return `list of ${typeWords(schema.items)}`;
  return schema.type ?? 'any';
}
