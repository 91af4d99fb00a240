import { readdirSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { JsonSchema } from '../../src/domain/schema.ts';
import { stepTypes } from '../../src/steps/index.ts';

const specs = [...stepTypes.values()];

/** Every parameter or output that has a place of its own: `expect.status`, `explain[].match`. */
function described(schema: JsonSchema, path: string): readonly { readonly path: string; readonly schema: JsonSchema }[] {
  const own = path === '' ? [] : [{ path, schema }];
  if (!('type' in schema)) return own;
  if (schema.type === 'array') return [...own, ...members(schema.items, `${path}[]`)];
  return [...own, ...members(schema, path)];
}

function members(schema: JsonSchema, path: string): readonly { readonly path: string; readonly schema: JsonSchema }[] {
  if (!('type' in schema) || schema.type !== 'object') return [];
  return Object.entries(schema.properties ?? {}).flatMap(([name, inner]) => described(inner, path === '' ? name : `${path}.${name}`));
}

/** Paths of objects with named properties that would take unknown ones. */
function open(schema: JsonSchema, path: string): readonly string[] {
  if (!('type' in schema)) return [];
  if (schema.type === 'array') return open(schema.items, `${path}[]`);
  if (schema.type !== 'object' || schema.properties === undefined) return [];
  const inner = Object.entries(schema.properties).flatMap(([name, each]) => open(each, `${path}.${name}`));
  return schema.additionalProperties === false ? inner : [path, ...inner];
}

test('every file that is named like a step type is registered under its own name', () => {
  const files = readdirSync(new URL('../../src/steps', import.meta.url)).filter((file) => /^[a-z]+\.[a-z-]+\.ts$/.test(file));
  expect(specs.map(({ name }) => `${name}.ts`).sort()).toEqual(files.sort());
});

describe.each(specs)('$name', (spec) => {
  test('its name is family.noun', () => {
    expect(spec.name).toMatch(/^[a-z]+\.[a-z]+(-[a-z]+)*$/);
  });

  test('it has a summary of one clause, and docs', () => {
    expect(spec.summary).toMatch(/^[A-Z][^\n]{10,110}[^.\n]$/);
    expect(spec.docs.trim().length).toBeGreaterThan(80);
  });

  test('every parameter and every output is described', () => {
    const places = [...described(spec.schema, ''), ...(spec.outputs === undefined ? [] : described(spec.outputs.schema, ''))];
    expect(places.filter(({ schema }) => (schema.description ?? '').length < 5).map(({ path }) => path)).toEqual([]);
  });

  test('no object of its parameters takes unknown keys', () => {
    expect(open(spec.schema, 'with')).toEqual([]);
  });

  test('it has worked examples with titles of their own', () => {
    const titles = spec.examples.map(({ title }) => title);
    expect(titles.length).toBeGreaterThanOrEqual(1);
    expect(new Set(titles).size).toBe(titles.length);
  });

  test('it either reads, with outputs, or changes, with a plan', () => {
    expect(spec.plan === undefined || spec.outputs === undefined || spec.examples.some(({ outputs }) => outputs)).toBe(true);
    expect(spec.plan !== undefined || spec.outputs !== undefined).toBe(true);
  });

  test('where something can be expected of it, it has verify, and an example in which that is unmet', () => {
    const properties = 'properties' in spec.schema ? spec.schema.properties : {};
    const expectable = Object.hasOwn(properties ?? {}, 'expect');
    expect(spec.verify !== undefined).toBe(expectable);
    if (expectable) expect(spec.examples.some(({ unmet }) => (unmet ?? []).length > 0)).toBe(true);
  });

  test('it has an example for what it does: outputs of a read, changes of a change', () => {
    const shown = spec.examples.some(({ outputs, says }) => (spec.plan ? (says ?? []).length > 0 : Object.keys(outputs ?? {}).length > 0));
    expect(shown).toBe(true);
  });
});
