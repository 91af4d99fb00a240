import { DURATION_PATTERN } from '../domain/duration.ts';
import type { JsonSchema } from '../domain/schema.ts';

/** A text with an expression in it. */
export const EXPRESSION = { type: 'string', pattern: '\\$\\{\\{', description: 'A CEL expression: ${{ … }}' } as const;

const REF = { $ref: '#/$defs/expression' } as const;

/** A step type's schema for editors: an expression may stand in the place of every value below the first level. */
export function editorSchema(schema: JsonSchema): object {
  const { title, description, default: preset, examples } = schema;
  const about = defined({ title, description, default: preset, examples });
  return { ...about, ...inner(schema) };
}

function orExpression(schema: JsonSchema): object {
  const { title, description, default: preset, examples } = schema;
  const about = defined({ title, description, default: preset, examples });
  if (isOpen(schema)) return { ...about, ...inner(schema) };
  return { ...about, anyOf: [inner(schema), REF] };
}

/** Any text fits already, an expression among them. */
function isOpen(schema: JsonSchema): boolean {
  if ('anyOf' in schema && schema.anyOf) return false;
  if (!('type' in schema) || schema.type === undefined) return true;
  return (
    schema.type === 'string' &&
    Object.keys(schema).every((key) => key === 'type' || key === 'description' || key === 'title' || key === 'default')
  );
}

function inner(schema: JsonSchema): object {
  const { title: _title, description: _description, default: _default, examples: _examples, ...rest } = schema;
  if ('anyOf' in rest && rest.anyOf) return { anyOf: rest.anyOf.map(orExpression) };
  if (!('type' in rest)) return rest;
  if (rest.type === 'array') return { ...rest, items: orExpression(rest.items) };
  if (rest.type === 'object') {
    const properties =
      rest.properties && Object.fromEntries(Object.entries(rest.properties).map(([key, value]) => [key, orExpression(value)]));
    const others = typeof rest.additionalProperties === 'object' ? orExpression(rest.additionalProperties) : rest.additionalProperties;
    return { ...rest, ...defined({ properties, additionalProperties: others }) };
  }
  if (rest.type === 'string') return textSchema(rest);
  return rest;
}

/** Editors have meanings of their own for `format`, which are not ours. */
function textSchema({ format, ...rest }: Extract<JsonSchema, { type: 'string' }>): object {
  if (format === 'duration') return { pattern: DURATION_PATTERN, ...rest };
  if (format === 'path') return { pattern: '^/', ...rest };
  return format === 'regex' ? { maxLength: 512, ...rest } : rest;
}

function defined(object: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined));
}
