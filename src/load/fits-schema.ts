import type { JsonSchema } from '../domain/schema.ts';
import type { CelType } from './cel-type.ts';

/** Whether a value of an expression's type can be what a schema wants. What only the value can tell is left to the run. */
export function fitsSchema(type: CelType, schema: JsonSchema): boolean {
  if (type.kind === 'dyn') return true;
  if (type.kind === 'optional' || type.kind === 'other') return false;
  if (!('type' in schema)) return !('anyOf' in schema) || (schema.anyOf ?? []).some((choice) => fitsSchema(type, choice));
  switch (schema.type) {
    case undefined:
      return true;
    case 'string':
      return type.kind === 'string';
    case 'integer':
      return type.kind === 'int';
    case 'number':
      return type.kind === 'int' || type.kind === 'double';
    case 'boolean':
      return type.kind === 'bool';
    case 'null':
      return type.kind === 'null';
    case 'array':
      return type.kind === 'list' && fitsSchema(type.of, schema.items);
    case 'object':
      return fitsObject(type, schema);
  }
}

function fitsObject(type: CelType, schema: Extract<JsonSchema, { type: 'object' }>): boolean {
  const { properties = {}, additionalProperties } = schema;
  const others = typeof additionalProperties === 'object' ? additionalProperties : {};
  if (type.kind === 'map') return Object.keys(properties).length > 0 || fitsSchema(type.of, others);
  if (type.kind !== 'object') return false;
  return [...type.fields].every(([key, field]) => {
    const own = properties[key];
    return own ? fitsSchema(field, own) : additionalProperties !== false && fitsSchema(field, others);
  });
}

const PLURAL = {
  string: 'strings',
  integer: 'whole numbers',
  number: 'numbers',
  boolean: 'booleans',
  null: 'nulls',
  array: 'lists',
  object: 'maps',
} as const;

function pluralOf(schema: JsonSchema): string {
  return 'type' in schema && schema.type !== undefined ? PLURAL[schema.type] : 'values';
}

/** What a schema takes, in words: `a string`, `a list of strings`, `pflag or getopt`. */
export function describeSchema(schema: JsonSchema): string {
  if ('anyOf' in schema && schema.anyOf) return schema.anyOf.map(describeSchema).join(' or ');
  if (!('type' in schema)) return 'anything';
  switch (schema.type) {
    case 'string':
      if (schema.enum) return schema.enum.join(' or ');
      return schema.format === 'duration' ? 'a length of time such as 20s' : schema.format === 'path' ? 'an absolute path' : 'a string';
    case 'integer':
      return 'a whole number';
    case 'number':
      return 'a number';
    case 'boolean':
      return 'true or false';
    case 'null':
      return 'null';
    case 'array':
      return `a list of ${pluralOf(schema.items)}`;
    case 'object':
      return 'a map';
    case undefined:
      return 'anything';
  }
}
