import type { JsonSchema } from '../domain/schema.ts';

/** The properties of an object as a nested list of Markdown: name, type, whether it is required, default, meaning. */
export function describeSchema(schema: JsonSchema, indent = ''): readonly string[] {
  if (!('properties' in schema) || schema.properties === undefined) return [];
  const required = new Set(schema.required ?? []);
  return Object.entries(schema.properties).flatMap(([name, property]) => {
    const facts = [
      typeWords(property),
      ...rangeWords(property),
      ...(required.has(name) ? ['required'] : []),
      ...(property.default === undefined ? [] : [`default \`${valueWords(property.default)}\``]),
    ];
    const inner = 'items' in property ? property.items : property;
    return [`${indent}- \`${name}\` (${facts.join(', ')}): ${property.description ?? ''}`, ...describeSchema(inner, `${indent}  `)];
  });
}

const SINGULAR: Readonly<Record<string, string>> = { integer: 'whole number', object: 'map' };
const PLURAL: Readonly<Record<string, string>> = {
  string: 'strings',
  integer: 'whole numbers',
  number: 'numbers',
  boolean: 'booleans',
  array: 'lists',
  object: 'maps',
};

function typeWords(schema: JsonSchema): string {
  if ('enum' in schema && schema.enum) return schema.enum.map((value) => `\`${value}\``).join(' or ');
  if ('const' in schema) return `\`${schema.const}\``;
  if ('anyOf' in schema && schema.anyOf) return schema.anyOf.map(typeWords).join(' or ');
  if (schema.type === undefined) return 'any value';
  if (schema.type === 'array') return `list of ${pluralWords(schema.items)}`;
  if (schema.type === 'object' && schema.properties === undefined && typeof schema.additionalProperties === 'object')
    return `map of ${pluralWords(schema.additionalProperties)}`;
  return SINGULAR[schema.type] ?? schema.type;
}

function pluralWords(schema: JsonSchema): string {
  return ('type' in schema && schema.type !== undefined ? PLURAL[schema.type] : undefined) ?? 'values';
}

function rangeWords(schema: JsonSchema): readonly string[] {
  if (!('type' in schema) || (schema.type !== 'integer' && schema.type !== 'number')) return [];
  const { minimum, maximum } = schema;
  if (minimum !== undefined && maximum !== undefined) return [`from ${minimum} to ${maximum}`];
  return minimum === undefined ? [] : [`at least ${minimum}`];
}

/** A value as it is written in YAML, where it needs no quotes. */
function valueWords(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
