import type { Reader, UnitProperties } from './access.ts';
import type { Change } from './change.ts';
import type { DeniedRead } from './denied.ts';
import type { Failure } from './failure.ts';
import type { Finding } from './finding.ts';
import type { Json, JsonObject } from './json.ts';
import type { FromSchema, JsonSchema } from './schema.ts';

/** Something that is not yet as `expect` wants it. */
export interface Unmet {
  /** A sentence: what was expected and what was found. */
  readonly what: string;
  /** It will hold in so many ms if nothing else happens (a unit that is up, but not yet for long enough). Worth waiting for. */
  readonly pendingMs?: number;
  /** It could not be asked, so nothing is known: no reason to take a change back, and none to call it good. */
  readonly inconclusive?: true;
}

/** An imaginary host for an example: what a step's reads find there. */
export interface ExampleHost {
  /** Path to text, or to text with attributes. */
  readonly files?: Readonly<Record<string, string | { readonly text: string; readonly mode?: number }>>;
  readonly units?: Readonly<Record<string, UnitProperties>>;
  /** Command line (words joined by one space) to what the program answers; exit code 0 and no output unless said. */
  readonly programs?: Readonly<Record<string, { readonly code?: number; readonly stdout?: string; readonly stderr?: string }>>;
}

/** A worked example: documentation, and a test that the laws execute. */
export interface Example<P> {
  readonly title: string;
  readonly params: P;
  readonly host: ExampleHost;
  /** Expected outputs (a read type): those named must be equal. */
  readonly outputs?: JsonObject;
  /** Expected semantic lines of all changes, in order (a changing type). */
  readonly says?: readonly string[];
  /** Expected `what` of what verify still misses. */
  readonly unmet?: readonly string[];
}

/**
 * A step type: how to look (`observe`, the only part that waits) and what follows from it (pure).
 * It has no apply and no undo: the engine's one interpreter does both (law L2).
 */
export interface StepSpec<P, S> {
  /** `family.noun`; also the file's name. */
  readonly name: string;
  readonly summary: string;
  /** Markdown for the reference. */
  readonly docs: string;
  readonly schema: JsonSchema;
  readonly examples: readonly Example<P>[];
  observe(host: Reader, params: P): Promise<S>;
  /** What later steps can refer to as `steps.ID.*`; the schema types CEL. */
  readonly outputs?: { readonly schema: JsonSchema; of(state: S, params: P): JsonObject };
  findings?(state: S, params: P): readonly Finding[];
  /** Programs that were denied what they were to read, where that is no fault: the step answered, with less or by another way. */
  denied?(state: S, params: P): readonly DeniedRead[];
  /** Absent: a read-only type. An empty list: nothing to do. */
  plan?(state: S, params: P): readonly Change[] | Failure;
  /** Its changes are of files, so that `validate` and `write_mode` have a meaning. */
  readonly writesFiles?: true;
  /** What `expect` still misses; absent when the type cannot be expected of anything. */
  verify?(state: S, params: P): readonly Unmet[];
}

/** Any step type, as the registry and the engine see it. */
export type AnyStepSpec = StepSpec<unknown, unknown>;

/** Declares a step type; its parameters' type follows from its schema. */
export function defineStep<const Schema extends JsonSchema, S>(
  spec: Omit<StepSpec<NoInfer<FromSchema<Schema>>, S>, 'schema'> & { readonly schema: Schema },
): StepSpec<FromSchema<Schema>, S> {
  return spec;
}

/** True for the failure half of what `plan` returns. */
export function isFailure(planned: readonly Change[] | Failure): planned is Failure {
  return 'code' in planned;
}

/** Names by which steps, inputs and hosts are reached in expressions. */
export interface Scope {
  readonly inputs: JsonObject;
  /** Step id to its outputs. */
  readonly steps: JsonObject;
  readonly facts: JsonObject;
  /** `name`, `groups`, and the inventory variables as `vars`. */
  readonly host: JsonObject;
  /** The element of `for_each`. */
  readonly item?: Json;
}
