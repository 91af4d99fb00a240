import type { JsonSchema } from '../domain/schema.ts';
import type { DiagnosticCode } from './diagnostic-codes.ts';

/** The static type of an expression or of a name in it. */
export type CelType =
  | { readonly kind: 'string' | 'int' | 'double' | 'bool' | 'null' | 'dyn' }
  | { readonly kind: 'list' | 'map' | 'optional'; readonly of: CelType }
  | ObjectType
  /** What CEL has and JSON has not: a timestamp, a duration, bytes, a type. */
  | { readonly kind: 'other'; readonly name: string };

/** An object whose fields are known. */
export interface ObjectType {
  readonly kind: 'object';
  /** Unique in its table; CEL's name of the type. */
  readonly name: string;
  /** In messages: `step unit (systemd.unit)`. */
  readonly label: string;
  /** How a reference to a field that does not exist is reported. */
  readonly missing: DiagnosticCode;
  readonly fields: ReadonlyMap<string, CelType>;
  /** Instances tell CEL the type of a value. */
  readonly instance: new (
    fields: ReadonlyMap<string, unknown>,
  ) => ReadonlyMap<string, unknown>;
}

/** Object types by name. */
export type TypeTable = Map<string, ObjectType>;

/** A value of which nothing is known before it is there. */
export const dyn: CelType = { kind: 'dyn' };

/** What an object type is called in messages. */
export type About = Pick<ObjectType, 'label' | 'missing'>;

/** Declares an object type. Its name is made up: ids come from files, and CEL reads names of types as a grammar. */
export function objectType(table: TypeTable, about: About, fields: ReadonlyMap<string, CelType>): ObjectType {
  const name = `object${table.size + 1}`;
  // A class for each type: CEL tells the types of values apart by their constructors.
  const type: ObjectType = { kind: 'object', name, ...about, fields, instance: class extends Map<string, unknown> {} };
  table.set(name, type);
  return type;
}

/** The type of the values that a schema accepts. */
export function typeOfSchema(schema: JsonSchema, about: About, table: TypeTable): CelType {
  if (!('type' in schema)) return dyn;
  switch (schema.type) {
    case 'string':
      return { kind: 'string' };
    case 'integer':
      return { kind: 'int' };
    case 'number':
      return { kind: 'double' };
    case 'boolean':
      return { kind: 'bool' };
    case 'array':
      return { kind: 'list', of: typeOfSchema(schema.items, about, table) };
    case 'object':
      return typeOfObject(schema, about, table);
    case 'null':
    case undefined:
      return dyn;
  }
}

function typeOfObject(schema: Extract<JsonSchema, { type: 'object' }>, about: About, table: TypeTable): CelType {
  const { properties, additionalProperties } = schema;
  const open = additionalProperties === true || typeof additionalProperties === 'object';
  if (properties === undefined || open) {
    const only = properties === undefined && typeof additionalProperties === 'object' ? additionalProperties : {};
    return { kind: 'map', of: typeOfSchema(only, about, table) };
  }
  const fields = Object.entries(properties).map(([key, field]) => {
    return [key, typeOfSchema(field, { ...about, label: `${key} of ${about.label}` }, table)] as const;
  });
  return objectType(table, about, new Map(fields));
}

/** CEL's name of a type. */
export function celName(type: CelType): string {
  if (type.kind === 'map') return `map<string, ${celName(type.of)}>`;
  if (type.kind === 'list' || type.kind === 'optional') return `${type.kind}<${celName(type.of)}>`;
  return type.kind === 'object' || type.kind === 'other' ? type.name : type.kind;
}

/** The inverse of {@link celName}, for names that the type checker gives back. */
export function typeNamed(name: string, table: TypeTable): CelType {
  const known = table.get(name);
  if (known) return known;
  switch (name) {
    case 'string':
    case 'int':
    case 'double':
    case 'bool':
    case 'null':
    case 'dyn':
      return { kind: name };
    case 'list':
    case 'map':
      return { kind: name, of: dyn };
  }
  // Placeholders of empty literals: the element type of [] is anything.
  if (/^[A-Z]$/.test(name) || name.startsWith('dyn<')) return dyn;
  const inner = /^(list|optional)<(.+)>$/.exec(name);
  if (inner?.[2]) return { kind: inner[1] === 'list' ? 'list' : 'optional', of: typeNamed(inner[2], table) };
  const entries = /^map<[^,<>]+, (.+)>$/.exec(name);
  return entries?.[1] ? { kind: 'map', of: typeNamed(entries[1], table) } : { kind: 'other', name };
}

const PLURAL: Readonly<Record<CelType['kind'], string>> = {
  string: 'strings',
  int: 'whole numbers',
  double: 'numbers',
  bool: 'booleans',
  null: 'nulls',
  dyn: 'values',
  list: 'lists',
  map: 'maps',
  optional: 'values that may be absent',
  object: 'objects',
  other: 'values',
};

/** A type in words: `a string`, `a list of strings`. */
export function describeType(type: CelType): string {
  switch (type.kind) {
    case 'string':
      return 'a string';
    case 'int':
      return 'a whole number';
    case 'double':
      return 'a number';
    case 'bool':
      return 'a boolean';
    case 'null':
      return 'null';
    case 'dyn':
      return 'anything';
    case 'list':
      return type.of.kind === 'dyn' ? 'a list' : `a list of ${PLURAL[type.of.kind]}`;
    case 'map':
      return type.of.kind === 'dyn' ? 'a map' : `a map of ${PLURAL[type.of.kind]}`;
    case 'optional':
      return `${describeType(type.of)} that may be absent`;
    case 'object':
      return 'an object';
    case 'other':
      return `a ${type.name.replace(/^google\.protobuf\./, '').toLowerCase()}`;
  }
}
