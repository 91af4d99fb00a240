import { DURATION_PATTERN } from '../domain/duration.ts';
import type { JsonSchema } from '../domain/schema.ts';
import type { AnyStepSpec } from '../domain/step.ts';
import { EXPRESSION, editorSchema } from './editor-schema.ts';
import { INPUT_TYPES } from './input-type.ts';
import { API_VERSION, NAME_PATTERN } from './read-header.ts';
import { stepSchema } from './step-schema.ts';

const DURATION = { anyOf: [{ type: 'string', pattern: DURATION_PATTERN }, { const: 0 }] };
const SIZE = (least: number) => ({
  anyOf: [
    { type: 'integer', minimum: least },
    { type: 'string', pattern: '^(100|[1-9]?[0-9])%$' },
  ],
});

/**
 * The JSON Schema (draft 2020-12) of runbooks for editors: completion, hover and a first check of every step type and
 * parameter. An expression is taken wherever one may stand. It is a help: `runbook validate` knows more.
 */
export function runbookSchema(stepTypes: ReadonlyMap<string, AnyStepSpec>): object {
  const all = [...stepTypes.values()];
  const reading = all.filter((spec) => !spec.plan);
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'runbook',
    description: 'A known fix for a known incident: how to see who is ill, what to change, and how to tell that it worked.',
    type: 'object',
    required: ['apiVersion', 'name', 'summary'],
    additionalProperties: false,
    properties: {
      apiVersion: { const: API_VERSION, description: 'The language of the file.' },
      name: { type: 'string', pattern: NAME_PATTERN, description: 'What it is called, in kebab-case; the same as the file name.' },
      summary: { type: 'string', description: 'One line for lists.' },
      docs: { type: 'string', description: 'Markdown: when to use it, what it does, and what it leaves to a person.' },
      inputs: {
        type: ['object', 'null'],
        description: 'Values that the operator may set with -e NAME=VALUE. One without a default must be given.',
        propertyNames: { pattern: '^[a-z][a-z0-9_]*$' },
        additionalProperties: INPUT,
      },
      hosts: { type: 'string', description: 'Host pattern that it is for by default; --hosts replaces it and -l narrows it.' },
      diagnose: phase('What is read from each host. Never changes anything.', 'readingStep'),
      affected: {
        anyOf: [{ type: 'boolean' }, { type: 'string' }],
        description: 'Whether remediate applies to a host: a CEL expression over inputs, steps, facts and host. Absent: always.',
      },
      remediate: phase('What is changed on the hosts that are affected.', 'changingStep'),
      verify: phase('What must hold afterwards; asked again until it does or verify_timeout is over.', 'verifyingStep'),
      gate: phase("What must hold after each wave before the next begins, as asked from the operator's side.", 'gatingStep'),
      rollout: ROLLOUT,
    },
    $defs: {
      expression: EXPRESSION,
      readingStep: stepSchema(reading, 'diagnose'),
      changingStep: stepSchema(all, 'remediate'),
      verifyingStep: stepSchema(
        reading.filter((spec) => spec.verify),
        'verify',
      ),
      gatingStep: stepSchema(
        reading.filter((spec) => spec.verify),
        'gate',
      ),
      ...Object.fromEntries(all.map((spec) => [`with.${spec.name}`, withOf(spec)])),
    },
  };
}

function withOf({ name, summary, schema }: AnyStepSpec): object {
  const about: JsonSchema = { description: summary, ...schema };
  return { title: name, ...editorSchema(about) };
}

function phase(description: string, step: string): object {
  return { type: ['array', 'null'], description, items: { $ref: `#/$defs/${step}` } };
}

const INPUT = {
  type: 'object',
  required: ['type'],
  additionalProperties: false,
  properties: {
    type: { enum: [...INPUT_TYPES], description: 'What kind of value it is.' },
    description: { type: 'string', description: 'One line for whoever sets it.' },
    default: { description: 'Its value when none is given.' },
    enum: { type: 'array', description: 'The only values it takes.' },
    sensitive: { type: 'boolean', description: 'It is a secret: masked wherever it would be shown or stored.' },
  },
};

const ROLLOUT = {
  type: 'object',
  description: 'How the fix goes over the fleet.',
  additionalProperties: false,
  properties: {
    waves: {
      type: 'array',
      minItems: 1,
      items: SIZE(1),
      default: [1, 5, '25%', '100%'],
      description: 'Sizes of the waves, in hosts or percent of the hosts to be fixed; the last repeats.',
    },
    bake: { ...DURATION, default: 0, description: 'How long verify must go on holding before a host is confirmed.' },
    max_failures: { ...SIZE(0), default: 0, description: 'How many hosts may fail, in hosts or percent, before no further wave starts.' },
    max_unavailable: {
      ...SIZE(1),
      description: 'Hosts of a wave that may be changed and not confirmed at the same time, in hosts or percent.',
    },
    commit_confirm: {
      ...DURATION,
      default: '2m',
      description:
        'How long a changed host waits to be confirmed before it takes itself back, on top of what the changes, verify and bake may take.',
    },
    confirm: { enum: ['run', 'wave', 'host'], default: 'run', description: 'Ask once, before each wave, or before each host.' },
    verify_timeout: { ...DURATION, default: '2m', description: 'How long verify is asked again before the host is rolled back.' },
    verify_every: { ...DURATION, default: '2s', description: 'Pause between two attempts.' },
    zone: { type: 'string', description: 'The host variable that names a zone: no wave has hosts of two (default: runbook_zone).' },
    jitter: { ...DURATION, default: 0, description: 'Hosts of a wave begin at moments of their own within this time.' },
    recheck: { type: 'boolean', default: true, description: 'Ask verify once more of all hosts of a wave before the next begins.' },
    on_breach: {
      enum: ['stop', 'rollback-wave', 'rollback-run'],
      default: 'stop',
      description: 'When more hosts fail than may, or a gate does not pass: what was fixed and is taken back.',
    },
    parallel: { type: 'integer', minimum: 1, maximum: 1000, default: 25, description: 'Hosts worked on at the same time.' },
  },
};
