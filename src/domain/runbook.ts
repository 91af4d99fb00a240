import type { Result } from './failure.ts';
import type { Content } from './file.ts';
import type { Json, JsonObject } from './json.ts';
import type { AnyStepSpec, Scope } from './step.ts';

/** `inputs.NAME`: a value the operator may set with `-e NAME=VALUE`. */
export interface InputSpec {
  readonly type: 'string' | 'integer' | 'number' | 'boolean' | 'array' | 'object';
  readonly description: string;
  readonly default?: Json;
  readonly enum?: readonly Json[];
  /** Its value is a secret: masked wherever it would be shown or stored. */
  readonly sensitive: boolean;
}

/** Where a thing stands in its file; 1-based. */
export interface Place {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** The parts of a runbook, in order; only remediate changes anything. `gate` is asked of no host, but after each wave. */
export type Phase = 'diagnose' | 'remediate' | 'verify' | 'gate';

/** A checked step: its expressions are compiled, its type is known, its references exist. */
export interface Step {
  /** The author's, or `PHASE-N` where none was given. */
  readonly id: string;
  readonly phase: Phase;
  readonly spec: AnyStepSpec;
  readonly place: Place;
  /** Ids of the earlier steps whose outputs its expressions refer to; it waits for these and for nothing else. */
  readonly needs: readonly string[];
  /** Its expressions may refer to facts, so that it waits for them as well. */
  readonly usesFacts?: true;
  /** Evaluates `with` and checks the result against the type's schema, defaults filled in. */
  params(scope: Scope): Result<unknown>;
  /** `if`. */
  condition?(scope: Scope): Result<boolean>;
  /** `for_each`. */
  items?(scope: Scope): Result<readonly Json[]>;
  /** `on`: the pattern of the host that is asked in this host's place, or `controller`. */
  on?(scope: Scope): Result<string>;
  /** Ids of earlier steps; when none of them changes anything, this one does not run. Empty: always. */
  readonly onChange: readonly string[];
  readonly become?: boolean;
  /** Limit for observing, in ms. */
  readonly timeoutMs: number;
  /** How often a read that timed out is asked again. */
  readonly retries: number;
  /** A question that the confirmation must show. */
  readonly confirm?: string;
  readonly sensitive: boolean;
  readonly continueOnError: boolean;
  /** A program that must accept new bytes before they go live; `%s` stands for the candidate's path. */
  readonly validate?: readonly string[];
  /** Files are written in place: `write_mode: inplace`. */
  readonly inPlace?: true;
  /** A command of it, or what takes it back or validates, is shell text: see `runsShellText`. */
  readonly shellText?: true;
}

/** A wave's size: so many hosts, or a percentage of all hosts to be fixed. */
export type WaveSize = { readonly hosts: number } | { readonly percent: number };

/** Nothing is taken back (`stop`), or what this wave, or the whole run, has fixed. */
export type OnBreach = 'stop' | 'rollback-wave' | 'rollback-run';

/** The least time that a changed host waits to be confirmed, in ms: a new connection must come about in it. */
export const LEAST_COMMIT_CONFIRM_MS = 10_000;

/** How a fleet is walked through. */
export interface Rollout {
  /** Walked in order, the last repeats. */
  readonly waves: readonly WaveSize[];
  /** After verify holds, how long it must go on holding, in ms. */
  readonly bakeMs: number;
  /** How many hosts may fail before no further wave starts: stop when exceeded. */
  readonly maxFailures: WaveSize;
  /** Ask once for the run, before each wave, or before each host, one at a time. */
  readonly confirm: 'run' | 'wave' | 'host';
  /** What becomes of hosts that are fixed when a wave breaches: more failures than the budget, or a gate that does not pass. */
  readonly onBreach: OnBreach;
  /** Verify is asked once more of all hosts of a wave before the next begins. */
  readonly recheck: boolean;
  /** Hosts of a wave begin at moments of their own within so many ms, so that they do not all restart at once. */
  readonly jitterMs: number;
  /** The host variable that names a host's zone; absent: `runbook_zone`, where the inventory has it. */
  readonly zone?: string;
  /** How long verify is asked again, in ms. */
  readonly verifyTimeoutMs: number;
  /** Pause between two verify attempts, in ms. */
  readonly verifyEveryMs: number;
  /** Hosts worked on at the same time. */
  readonly parallel: number;
  /** Hosts of a wave that may be changed and not confirmed at the same time; absent: `parallel` alone bounds them. */
  readonly maxUnavailable?: WaveSize;
  /** How long a changed host waits to be confirmed before it takes itself back, on top of what its changes, verify and bake may take, in ms. */
  readonly commitConfirmMs: number;
}

/** A runbook that passed every check that can be made without a host. */
export interface Runbook {
  readonly name: string;
  readonly summary: string;
  readonly docs: string;
  /** The path it was read from. */
  readonly path: string;
  /** The file's bytes and their digest. */
  readonly source: Content;
  readonly inputs: ReadonlyMap<string, InputSpec>;
  /** Default target pattern. */
  readonly hosts?: string;
  readonly diagnose: readonly Step[];
  /** Whether remediate applies to a host; absent: always. */
  affected?(scope: Scope): Result<boolean>;
  readonly remediate: readonly Step[];
  readonly verify: readonly Step[];
  /** What must hold after each wave before the next begins, as seen from the operator's side. */
  readonly gate: readonly Step[];
  readonly rollout: Rollout;
  /** Checks given inputs against the declared ones and fills in defaults. */
  inputsFrom(given: JsonObject): Result<JsonObject>;
}

/** What is wrong with a file, and where. */
export interface Diagnostic {
  readonly severity: 'error' | 'warning';
  /** Kebab-case, closed; listed in docs/errors.md. */
  readonly code: string;
  readonly message: string;
  readonly place: Place;
  /** How many columns the squiggle underlines; at least 1. */
  readonly length: number;
  /** The source line it stands in. */
  readonly source: string;
  readonly hint?: string;
}
