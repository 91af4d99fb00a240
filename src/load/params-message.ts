import { DURATION_PATTERN } from '../domain/duration.ts';
import type { JsonSchema } from '../domain/schema.ts';
import { describeType } from './cel-type.ts';
import { describeSchema } from './fits-schema.ts';
import type { ParamsError } from './params-validator.ts';
import { re2Pattern } from './re2-pattern.ts';
import { didYouMean, nearest } from './suggest.ts';
import { Hole } from './template.ts';
import { describeScalar } from './yaml-tree.ts';

/** A sentence about parameters that do not fit, and what to do about it. */
export interface ParamsMessage {
  readonly message: string;
  readonly hint?: string | undefined;
  /** The key that is meant, below the error's path, where it is one. */
  readonly key?: string;
}

/**
 * Says what does not fit. Values are only shown where they stand in the file: others may come from a host or be secret.
 *
 * @param type the step type's name
 * @param written the values stand in the file
 */
export function paramsMessage(error: ParamsError, type: string, written: boolean): ParamsMessage {
  const where = nameOf(error.path);
  const what = where === '' ? `with of ${type}` : where;
  const { params, data } = error;
  const schema = (error.keyword === 'fits' ? error.schema : error.parentSchema?.origin) as JsonSchema;
  switch (error.keyword) {
    case 'additionalProperties':
      return unknownParameter(String(params.additionalProperty), what, schema);
    case 'required':
      return { message: `${what} needs ${params.missingProperty}` };
    case 'fits':
      return misfit(data, what, schema);
    case 'type':
      return { message: `${what} must be ${describeSchema(schema)}, but is ${describeScalar(data)}`, hint: typeHint(data, schema) };
    case 'anyOf':
      return { message: `${what} must be ${describeSchema(schema)}, but is ${describeScalar(data)}` };
    case 'oneOf':
      return { message: `${what} needs exactly one of ${oneOfKeys(schema).join(' and ')}` };
    case 'enum':
      return enumMessage(params.allowedValues as readonly string[], what, written ? data : undefined);
    case 'pattern':
      if (params.pattern === DURATION_PATTERN)
        return { message: `${what} must be a length of time`, hint: 'such as 500ms, 20s, 15m or 1m30s' };
      return {
        message: `${what} does not have the form that ${type} takes`,
        hint: schema.description ?? `it must match ${params.pattern}`,
      };
    case 'format':
      return formatMessage(String(params.format), what, written ? data : undefined);
    default:
      return { message: `${what} ${LIMITS[error.keyword]?.(params.limit) ?? error.message ?? 'does not fit'}` };
  }
}

function oneOfKeys(schema: JsonSchema): readonly string[] {
  return 'oneOf' in schema ? (schema.oneOf ?? []).flatMap(({ required }) => required) : [];
}

const LIMITS: Readonly<Record<string, (limit: unknown) => string>> = {
  minimum: (limit) => `must be at least ${limit}`,
  maximum: (limit) => `must be at most ${limit}`,
  minLength: (limit) => `must have at least ${limit} characters`,
  maxLength: (limit) => `must have at most ${limit} characters`,
  minItems: (limit) => `must have at least ${limit} elements`,
  maxItems: (limit) => `must have at most ${limit} elements`,
  minProperties: (limit) => `must have at least ${limit} keys`,
  maxProperties: (limit) => `must have at most ${limit} keys`,
};

function enumMessage(allowed: readonly string[], what: string, data: unknown): ParamsMessage {
  const near = typeof data === 'string' ? nearest(data, allowed) : undefined;
  return { message: `${what} must be ${allowed.join(' or ')}`, ...(near === undefined ? {} : { hint: `did you mean ${near}?` }) };
}

/** `expect.active`, `argv[0]`. */
function nameOf(path: readonly string[]): string {
  return path.map((part, index) => (/^\d+$/.test(part) ? `[${part}]` : `${index > 0 ? '.' : ''}${part}`)).join('');
}

function unknownParameter(key: string, what: string, schema: JsonSchema): ParamsMessage {
  const known = 'properties' in schema && schema.properties ? Object.keys(schema.properties) : [];
  return { message: `${what} has no ${key}`, hint: didYouMean(key, known, 'it takes'), key };
}

function misfit(data: unknown, what: string, schema: JsonSchema): ParamsMessage {
  const found = data instanceof Hole ? data.type : undefined;
  const message = `${what} must be ${describeSchema(schema)}, but the expression gives ${found ? describeType(found) : 'something else'}`;
  if (found?.kind === 'other') return { message: `${what}: the expression gives ${describeType(found)}, which is no plain data` };
  if (found?.kind === 'optional') return { message, hint: 'say what holds when it is absent: .orValue(…)' };
  const textual =
    'type' in schema && schema.type === 'string' && (found?.kind === 'int' || found?.kind === 'double' || found?.kind === 'bool');
  return textual ? { message, hint: 'make it a string: string(…)' } : { message };
}

function typeHint(data: unknown, schema: JsonSchema): string | undefined {
  if (!('type' in schema)) return undefined;
  if (schema.type === 'string' && (typeof data === 'number' || typeof data === 'boolean')) return `quote it: "${data}"`;
  if (schema.type === 'array' && data !== null && typeof data !== 'object') return 'put it into a list: [ … ]';
  if ((schema.type === 'integer' || schema.type === 'boolean') && typeof data === 'string') return 'leave out the quotes';
  return undefined;
}

function formatMessage(format: string, what: string, data: unknown): ParamsMessage {
  if (format === 'duration') return { message: `${what} must be a length of time`, hint: 'such as 500ms, 20s, 15m or 1m30s' };
  if (format === 'path') return { message: `${what} must be an absolute path without . and ..` };
  const pattern = typeof data === 'string' ? re2Pattern(data) : undefined;
  const why = pattern?.ok === false ? pattern.message : 'no regular expression';
  return { message: `${what}: ${why}`, hint: 'syntax: https://github.com/google/re2/wiki/Syntax (no look-around, no back-references)' };
}
