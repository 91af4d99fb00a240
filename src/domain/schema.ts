import type { Json } from './json.ts';

interface Annotated {
  readonly title?: string;
  /** One sentence; editors show it on hover and `runbook steps TYPE` prints it. */
  readonly description?: string;
  readonly default?: Json;
  readonly examples?: readonly Json[];
}

/** The subset of JSON Schema 2020-12 that step parameters and outputs are written in. */
export type JsonSchema = Annotated &
  (
    | {
        readonly type: 'string';
        readonly enum?: readonly string[];
        readonly pattern?: string;
        /** What the text is, checked by the loader: RE2 syntax up to 512 characters, a length of time as of `durationMs`, an absolute normalised path. */
        readonly format?: 'regex' | 'duration' | 'path';
        readonly minLength?: number;
        readonly maxLength?: number;
      }
    | { readonly type: 'integer' | 'number'; readonly minimum?: number; readonly maximum?: number }
    | { readonly type: 'boolean'; readonly const?: boolean }
    | { readonly type: 'null' }
    | { readonly type: 'array'; readonly items: JsonSchema; readonly minItems?: number; readonly maxItems?: number }
    | {
        readonly type: 'object';
        readonly properties?: { readonly [name: string]: JsonSchema };
        readonly required?: readonly string[];
        readonly additionalProperties?: boolean | JsonSchema;
        readonly minProperties?: number;
        readonly maxProperties?: number;
        /** Exactly one of these keys must be there. */
        readonly oneOf?: readonly { readonly required: readonly [string] }[];
      }
    | { readonly anyOf: readonly JsonSchema[] }
    | { readonly type?: undefined; readonly anyOf?: undefined }
  );

/** The TypeScript type of the values that a schema accepts, after defaults were filled in. */
export type FromSchema<S> = JsonSchema extends S
  ? Json // Any schema at all: without this the type of schemas, which is recursive, would be walked without end.
  : S extends { readonly enum: readonly (infer E)[] }
    ? E
    : S extends { readonly type: 'string' }
      ? string
      : S extends { readonly type: 'integer' | 'number' }
        ? number
        : S extends { readonly type: 'boolean' }
          ? boolean
          : S extends { readonly type: 'null' }
            ? null
            : S extends { readonly type: 'array'; readonly items: infer I }
              ? readonly FromSchema<I>[]
              : S extends { readonly type: 'object' }
                ? FromObject<S>
                : S extends { readonly anyOf: readonly (infer A)[] }
                  ? FromSchema<A>
                  : Json;

type FromObject<S> = S extends { readonly properties: infer P }
  ? { readonly [K in keyof P as IsPresent<S, P, K> extends true ? K : never]: FromSchema<P[K]> } & {
      readonly [K in keyof P as IsPresent<S, P, K> extends true ? never : K]?: FromSchema<P[K]>;
    }
  : S extends { readonly additionalProperties: infer A }
    ? A extends boolean
      ? { readonly [name: string]: Json }
      : { readonly [name: string]: FromSchema<A> }
    : { readonly [name: string]: Json };

type IsPresent<S, P, K extends keyof P> = P[K] extends { readonly default: Json }
  ? true
  : S extends { readonly required: readonly (infer R)[] }
    ? K extends R
      ? true
      : false
    : false;
