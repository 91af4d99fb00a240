import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js';
import type { DataValidateFunction } from 'ajv/dist/types/index.js';
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
  return errorsOf(schema, params)
    .filter(saysMore)
    .map((error) => ({ ...error, path: pathOf(error.instancePath) }));
}

/** A value that may be a hole, or hold some. */
function errorsOf(schema: JsonSchema, value: unknown): readonly ErrorObject[] {
  if (value instanceof Hole) return fitsSchema(value.type, schema) ? [] : [misfit(schema, value)];
  const validate = validatorOf(schema);
  return validate(value) ? [] : unpacked(validate.errors ?? []);
}

function misfit(schema: JsonSchema, data: Hole): ErrorObject {
  return { keyword: 'fits', instancePath: '', schemaPath: '', params: {}, schema, data };
}

/** What `orHole` found further down comes as one error; of a choice nobody wants to know what is wrong with each branch. */
function unpacked(errors: readonly ErrorObject[]): readonly ErrorObject[] {
  const choices = errors.filter(({ keyword }) => keyword === 'anyOf' || keyword === 'oneOf').map(({ schemaPath }) => `${schemaPath}/`);
  return errors
    .filter(({ schemaPath }) => !choices.some((choice) => schemaPath.startsWith(choice)))
    .flatMap((error) => (isPack(error) ? error.params.errors.map((inner) => below(error.instancePath, inner)) : [error]));
}

type Pack = ErrorObject<'orHole', { readonly errors: readonly ErrorObject[] }>;

function isPack(error: ErrorObject): error is Pack {
  return error.keyword === 'orHole';
}

function below(place: string, error: ErrorObject): ErrorObject {
  return { ...error, instancePath: `${place}${error.instancePath}` };
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

/** Compiled when a value is first held against it, part by part: compiling takes longer than everything else. */
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
  created.addKeyword({ keyword: 'orHole', errors: 'full', compile: holeOrWhole });
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

/** The keyword `orHole`. */
function holeOrWhole(schema: JsonSchema): DataValidateFunction {
  const validate: DataValidateFunction = (data: unknown) => {
    const errors = errorsOf(schema, data);
    if (errors.length > 0) validate.errors = [{ keyword: 'orHole', params: { errors } }];
    return errors.length === 0;
  };
  return validate;
}

/** The same schema, but that each part of its value may be a hole, judged by its type. */
function withHoles(schema: JsonSchema): object {
  const whole: Record<string, unknown> = { ...schema, origin: schema };
  if ('properties' in schema && schema.properties) whole.properties = mapValues(schema.properties, orHole);
  if ('items' in schema) whole.items = orHole(schema.items);
  if ('additionalProperties' in schema && typeof schema.additionalProperties === 'object')
    whole.additionalProperties = orHole(schema.additionalProperties);
  if ('anyOf' in schema && schema.anyOf) whole.anyOf = schema.anyOf.map(orHole);
  return whole;
}

/** A default is filled in where the property is declared. */
function orHole(schema: JsonSchema): object {
  return schema.default === undefined ? { orHole: schema } : { default: schema.default, orHole: schema };
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
