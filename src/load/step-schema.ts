import { DURATION_PATTERN } from '../domain/duration.ts';
import type { Phase } from '../domain/runbook.ts';
import type { AnyStepSpec } from '../domain/step.ts';

/** The JSON Schema of a step of one phase; what `with` takes follows from `uses`. */
export function stepSchema(specs: readonly AnyStepSpec[], phase: Phase): object {
  return {
    type: 'object',
    required: ['uses'],
    additionalProperties: false,
    properties: {
      id: { type: 'string', pattern: '^[a-z][a-z0-9_-]*$', description: 'What later expressions call it: steps.ID.OUTPUT.' },
      uses: {
        description: 'The step type.',
        anyOf: specs.map(({ name, summary }) => ({ const: name, description: summary })),
      },
      with: { type: ['object', 'null'], description: 'Parameters of the step type.' },
      if: { anyOf: [{ type: 'boolean' }, { type: 'string' }], description: 'A CEL condition; the step is skipped when it is false.' },
      for_each: {
        anyOf: [{ type: 'array' }, { type: 'string' }],
        description: 'A list, or a CEL expression that gives one: the step runs for each element, as item.',
      },
      on: { type: 'string', description: 'The pattern of a host that is asked in the place of this one, or controller. Reads only.' },
      become: { type: 'boolean', description: 'Whether to become root; by default as the inventory says.' },
      timeout: { type: 'string', pattern: DURATION_PATTERN, default: '30s', description: 'How long reading may take.' },
      retries: { type: 'integer', minimum: 0, maximum: 10, default: 1, description: 'How often a read that timed out is asked again.' },
      sensitive: { type: 'boolean', default: false, description: 'Contents and outputs are not shown.' },
      continue_on_error: { type: 'boolean', default: false, description: 'A failure of this step does not stop the host.' },
      ...(phase === 'remediate' ? CHANGING : {}),
    },
    allOf: specs.map((spec) => parametersOf(spec, phase)),
  };
}

const CHANGING = {
  on_change: {
    type: 'array',
    items: { type: 'string' },
    description: 'Ids of earlier steps: this one runs only when one of them changes something.',
  },
  confirm: { type: 'string', description: 'A question that the confirmation must show.' },
  validate: {
    type: 'array',
    minItems: 2,
    items: { type: 'string' },
    description: "A program that must accept the new bytes before they go live; %s stands for their path: [visudo, -cf, '%s'].",
  },
  write_mode: {
    enum: ['replace', 'inplace'],
    default: 'replace',
    description:
      'How a file is written: replaced whole, or in place, for bind mounts and hard links; a crash may leave it torn until it is undone.',
  },
};

function parametersOf(spec: AnyStepSpec, phase: Phase): object {
  const { name, schema } = spec;
  const required = 'required' in schema && (schema.required?.length ?? 0) > 0;
  const expects = 'properties' in schema && schema.properties?.['expect'] !== undefined;
  const parameters = { $ref: `#/$defs/with.${name}` };
  const expected = (phase === 'verify' || phase === 'gate') && expects;
  return {
    if: { properties: { uses: { const: name } }, required: ['uses'] },
    // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
    then: {
      properties: { with: expected ? { allOf: [parameters, { required: ['expect'] }] } : parameters },
      ...(required || expected ? { required: ['with'] } : {}),
    },
  };
}
