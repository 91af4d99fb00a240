import type { AnyStepSpec } from '../../src/domain/step.ts';
import { defineStep } from '../../src/domain/step.ts';

/** Step types that exist for these tests only: each part of the schema language, and each kind of output, once. */
const lookUnit = defineStep({
  name: 'look.unit',
  summary: 'Look at a unit',
  docs: 'Reads.',
  schema: {
    type: 'object',
    additionalProperties: false,
    required: ['unit'],
    properties: {
      unit: { type: 'string', minLength: 2, pattern: '^[a-z.]+$', description: 'letters and dots' },
      since: { type: 'string', format: 'duration', default: '15m' },
      lines: { type: 'integer', minimum: 1, maximum: 100, default: 20 },
      share: { type: 'number' },
      match: { type: 'string', format: 'regex' },
      path: { type: 'string', format: 'path' },
      dialect: { type: 'string', enum: ['pflag', 'getopt'] },
      argv: { type: 'array', items: { type: 'string' } },
      either: { anyOf: [{ type: 'string' }, { type: 'array', items: { type: 'string' } }] },
      anything: {},
      expect: {
        type: 'object',
        additionalProperties: false,
        properties: { active: { type: 'boolean' }, still: { type: 'array', items: { type: 'string' } } },
      },
    },
  },
  examples: [],
  observe: async () => ({}),
  outputs: {
    schema: {
      type: 'object',
      properties: {
        unit: { type: 'string' },
        active: { type: 'boolean' },
        restarts: { type: 'integer' },
        load: { type: 'number' },
        argv: { type: 'array', items: { type: 'string' } },
        origins: {
          type: 'array',
          items: { type: 'object', properties: { arg: { type: 'string' }, line: { type: 'integer' } } },
        },
        flags: { type: 'object', additionalProperties: { type: 'string' } },
        value: {},
      },
    },
    of: () => ({}),
  },
  verify: () => [],
});

const lookQuiet = defineStep({
  name: 'look.quiet',
  summary: 'Look, and tell only findings',
  docs: 'Reads.',
  schema: { type: 'object', additionalProperties: false, properties: {} },
  examples: [],
  observe: async () => ({}),
});

const fixUnit = defineStep({
  name: 'fix.unit',
  summary: 'Change a unit',
  docs: 'Changes.',
  schema: {
    type: 'object',
    additionalProperties: false,
    required: ['unit'],
    properties: {
      unit: { type: 'string' },
      remove: { type: 'array', items: { type: 'string' } },
      set: { type: 'object', additionalProperties: { type: 'string' } },
    },
  },
  examples: [],
  observe: async () => ({}),
  plan: () => [],
});

const fixFile = defineStep({
  name: 'fix.file',
  summary: 'Change a file',
  docs: 'Changes.',
  schema: { type: 'object', additionalProperties: false, required: ['path'], properties: { path: { type: 'string' } } },
  examples: [],
  writesFiles: true,
  observe: async () => ({}),
  plan: () => [],
});

/** The registry of the tests. */
export const sampleStepTypes: ReadonlyMap<string, AnyStepSpec> = new Map(
  [lookUnit, lookQuiet, fixUnit, fixFile].map((spec): [string, AnyStepSpec] => [spec.name, spec]),
);
