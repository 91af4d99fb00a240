import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js';
import { durationMs } from '../domain/duration.ts';
import type { JsonSchema } from '../domain/schema.ts';
import { fitsSchema } from './fits-schema.ts';
import { re2Pattern } from './re2-pattern.ts';
import { nearest } from './suggest.ts';
import { Hole } from './template.ts';

/** What is wrong with parameters; `path` leads to the place, by keys and indexes. */
export type ParamsError = ErrorObject & { readonly path: readonly string[] };

/**
 * Checks a step's parameters against its type's schema and fills in defaults. Works on outlines with holes while loading,
 * where a hole is judged by the type of its expression, and on whole values on a host.
 */
export function validateParams(schema: JsonSchema, params: unknown): readonly ParamsError[] {
  const validate = validatorOf(schema);
  if (validate(params)) return [];
  const errors = validate.errors ?? [];
  const choices = errors.filter(({ keyword }) => keyword === 'anyOf' || keyword === 'oneOf').map(({ schemaPath }) => `${schemaPath}/`);
  return errors
    .filter(({ keyword, schemaPath }) => keyword !== 'if' && !choices.some((choice) => schemaPath.startsWith(choice)))
    .filter(saysMore)
    .map((error) => ({ ...error, path: pathOf(error.instancePath) }));
}

/** One slip is one error: a misspelt name is not missing as well, and a value that is wrong once is not looked at again. */
function saysMore(error: ErrorObject, _index: number, errors: readonly ErrorObject[]): boolean {
  const besides = errors.filter(({ instancePath }) => instancePath === error.instancePath);
  if (error.keyword === 'additionalProperties') return true;
  if (error.keyword !== 'required') return besides[0] === error;
  const { missingProperty } = error.params;
  const misspelt = besides
    .filter(({ keyword }) => keyword === 'additionalProperties')
    .map(({ params }) => String(params.additionalProperty));
  return !misspelt.some((name) => nearest(name, propertiesOf(error.parentSchema)) === missingProperty);
}

function propertiesOf(schema: object | undefined): readonly string[] {
  return schema && 'properties' in schema && typeof schema.properties === 'object' ? Object.keys(schema.properties ?? {}) : [];
}

const validators = new WeakMap<object, ValidateFunction>();
let ajv: Ajv2020 | undefined;

/** Compiled when a step type is first used: compiling takes longer than everything else. */
function validatorOf(schema: JsonSchema): ValidateFunction {
  const known = validators.get(schema);
  if (known) return known;
  ajv ??= createAjv();
  const compiled = ajv.compile(withHoles(schema));
  validators.set(schema, compiled);
  return compiled;
}

function createAjv(): Ajv2020 {
  const created = new Ajv2020({
    allErrors: true,
    useDefaults: true,
    strict: false,
    verbose: true,
    addUsedSchema: false,
    // The schemas are our own; a test checks them. Both halve the time that the first runbook takes.
    validateSchema: false,
    code: { optimize: false },
    ownProperties: true,
  });
  created.addKeyword({ keyword: 'isHole', errors: false, validate: (_schema: unknown, data: unknown) => data instanceof Hole });
  created.addKeyword({
    keyword: 'fits',
    errors: true,
    validate: (wanted: JsonSchema, data: unknown) => data instanceof Hole && fitsSchema(data.type, wanted),
  });
  created.addFormat('regex', { type: 'string', validate: (text: string) => re2Pattern(text).ok });
  created.addFormat('duration', { type: 'string', validate: (text: string) => durationMs(text) !== undefined });
  created.addFormat('path', { type: 'string', validate: isNormalPath });
  return created;
}

/** Absolute, without `.`, `..`, empty parts or control characters. */
function isNormalPath(path: string): boolean {
  if (!path.startsWith('/') || /[\u0000-\u001f\u007f]/.test(path)) return false;
  return (
    path === '/' ||
    path
      .slice(1)
      .split('/')
      .every((part) => part !== '' && part !== '.' && part !== '..')
  );
}

/** The same schema, but that every value may be a hole, judged by its type. */
function withHoles(schema: JsonSchema): object {
  const { default: preset, ...own } = schema;
  const whole: Record<string, unknown> = { ...own };
  if ('properties' in schema && schema.properties) whole.properties = mapValues(schema.properties, withHoles);
  if ('items' in schema) whole.items = withHoles(schema.items);
  if ('additionalProperties' in schema && typeof schema.additionalProperties === 'object')
    whole.additionalProperties = withHoles(schema.additionalProperties);
  if ('anyOf' in schema && schema.anyOf) whole.anyOf = schema.anyOf.map(withHoles);
  // Defaults are filled in where a property is declared, so they stay outside of the condition.
  return {
    ...(preset === undefined ? {} : { default: preset }),
    if: { isHole: true },
    // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
    then: { fits: schema },
    else: { ...whole, origin: schema },
  };
}

function mapValues<T, U>(object: Readonly<Record<string, T>>, change: (value: T) => U): Record<string, U> {
  return Object.fromEntries(Object.entries(object).map(([key, value]) => [key, change(value)]));
}

function pathOf(pointer: string): readonly string[] {
  if (pointer === '') return [];
  return pointer
    .slice(1)
    .split('/')
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
}
