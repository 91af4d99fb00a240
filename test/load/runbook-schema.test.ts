import { readdirSync, readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { runbookSchema } from '../../src/load/runbook-schema.ts';
import { stepTypes } from '../../src/steps/index.ts';
import { sampleStepTypes } from './sample-step-types.ts';

const RUNBOOKS = new URL('../../runbooks/', import.meta.url);

const validatorOf = (schema: object) =>
  new Ajv2020({ strict: true, strictTypes: false, strictRequired: false, allowUnionTypes: true }).compile(schema);
const HEAD = { apiVersion: 'runbook/v1', name: 'sample', summary: 'A sample' };

describe('the schema for editors', () => {
  const accepts = validatorOf(runbookSchema(sampleStepTypes));
  const diagnose = (step: object) => accepts({ ...HEAD, diagnose: [step] });

  it('is valid draft 2020-12, and knows every keyword in it', () => {
    expect(() => validatorOf(runbookSchema(stepTypes))).not.toThrow();
  });

  it.each(readdirSync(RUNBOOKS).filter((file) => /\.ya?ml$/.test(file)))('accepts the shipped %s', (file) => {
    const validate = validatorOf(runbookSchema(stepTypes));
    validate(parse(readFileSync(new URL(file, RUNBOOKS), 'utf8')));
    expect(validate.errors).toBeNull();
  });

  it.each([
    ['parameters of the type', { unit: 'ab', lines: 5, argv: ['a'], either: ['b'], anything: { x: 1 } }],
    ['expressions in the place of all that is no text', { unit: 'ab', lines: '${{ 1 }}', argv: '${{ x }}', either: '${{ y }}' }],
    ['expressions inside of lists', { unit: '${{ inputs.unit }}', argv: ['${{ x }}', 'a'] }],
  ])('accepts %s', (_title, parameters) => {
    expect(diagnose({ uses: 'look.unit', with: parameters })).toBe(true);
  });

  it.each([
    ['another type of value', { uses: 'look.unit', with: { unit: 'ab', lines: 'five' } }],
    ['an unknown parameter', { uses: 'look.unit', with: { unit: 'ab', line: 5 } }],
    ['a missing parameter', { uses: 'look.unit', with: { lines: 5 } }],
    ['no parameters at all', { uses: 'look.unit' }],
    ['an unknown step type', { uses: 'look.unti' }],
    ['a changing step in diagnose', { uses: 'fix.unit', with: { unit: 'a' } }],
    ['an unknown word', { uses: 'look.quiet', notify: 'x' }],
    ['a length of time that is none', { uses: 'look.unit', with: { unit: 'ab', since: 'often' } }],
  ])('refuses %s', (_title, step) => {
    expect(diagnose(step)).toBe(false);
  });

  it('wants an expect in verify alone', () => {
    const verify = (parameters: object) => accepts({ ...HEAD, verify: [{ uses: 'look.unit', with: parameters }] });
    expect(verify({ unit: 'ab', expect: { active: true } })).toBe(true);
    expect(verify({ unit: 'ab' })).toBe(false);
  });

  it('describes every word, step type and parameter', () => {
    const bare: string[] = [];
    describeAll(runbookSchema(stepTypes), '', bare);
    expect(bare).toEqual([]);
  });
});

/** Paths of declared properties that an editor could say nothing about. */
function describeAll(schema: unknown, path: string, bare: string[]): void {
  if (typeof schema !== 'object' || schema === null) return;
  for (const [key, value] of Object.entries(schema)) {
    if (key !== 'properties' || typeof value !== 'object' || value === null) {
      if (key !== 'if' && key !== 'then') describeAll(value, `${path}/${key}`, bare);
      continue;
    }
    for (const [name, property] of Object.entries(value as Record<string, object>)) {
      if (!('description' in property) && !/^(arg|file|line|variable)$/.test(name)) bare.push(`${path}/${name}`);
      describeAll(property, `${path}/${name}`, bare);
    }
  }
}
