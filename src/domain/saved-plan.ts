import type { Content } from './file.ts';
import type { JsonObject } from './json.ts';
import type { HostPlan, Outcome } from './plan.ts';

/** A plan that was kept, to be reviewed, carried elsewhere and carried out as it is: nothing of it is worked out anew. */
export interface SavedPlan {
  /** Version of the program that made it; no other one carries it out. */
  readonly version: string;
  /** The run that planned it. */
  readonly run: string;
  /** Wall time as of `Date.toISOString`. */
  readonly created: string;
  readonly expires: string;
  /** Who planned it, and on which machine. */
  readonly operator: string;
  readonly controller: string;
  readonly runbook: SavedRunbook;
  /** What was typed, for the command that would plan it again. */
  readonly typed: TypedPlan;
  /** Without those that the runbook calls sensitive. */
  readonly inputs: JsonObject;
  /** Absent where the runbook has no sensitive inputs. */
  readonly secrets?: SecretsProof;
  readonly inventory: SavedInventory;
  /** The hosts that would be changed. */
  readonly hosts: readonly SavedHost[];
  /** Hosts that were looked at and are left alone. */
  readonly others: readonly { readonly host: string; readonly outcome: Outcome }[];
}

/** The runbook by which it was planned, whole. */
export interface SavedRunbook {
  readonly name: string;
  readonly path: string;
  readonly source: Content;
  /** The signature over its bytes, as armoured text, so that whoever carries the plan out judges it anew. */
  readonly signature?: string;
}

/** A command line that named what to plan or to do; assignments of sensitive inputs are left out. */
export interface TypedPlan {
  readonly runbook: string;
  readonly hosts?: string;
  readonly limit?: string;
  readonly inputs: readonly string[];
  readonly allowShell?: true;
}

/** Tells whether sensitive inputs that are given anew are those that were planned with, and nothing else about them. */
export interface SecretsProof {
  readonly names: readonly string[];
  /** Hex. */
  readonly salt: string;
  /** scrypt over all of them, in hex. */
  readonly scrypt: string;
}

/** What the inventory said of the hosts, by digest: name, groups and variables without passwords. */
export interface SavedInventory {
  /** Paths are absolute. */
  readonly sources: readonly string[];
  readonly hosts: Readonly<Record<string, string>>;
  /** `on:` patterns to the digest of the host that answers. */
  readonly asked: Readonly<Record<string, string>>;
}

/** One host that would be changed. */
export interface SavedHost {
  readonly plan: HostPlan;
  /** Outputs of the steps that verify refers to, by step id. */
  readonly outputs: JsonObject;
}

/** A saved plan with the hash that names it: SHA-256 over its body, in hex. */
export interface NamedPlan {
  readonly sha256: string;
  readonly plan: SavedPlan;
}
