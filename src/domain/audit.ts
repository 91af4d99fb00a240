import type { Outcome } from './plan.ts';

/** A host as an audit found it. */
export interface AuditedHost {
  readonly host: string;
  /** How it was when it was last looked at; absent where it never could be. */
  readonly seen?: {
    readonly outcome: Outcome;
    /** Names what is wrong with it and what would be done, without telling it. */
    readonly digest: string;
    /** When it was first found so, in ms since the epoch. */
    readonly since: number;
  };
  /** Since when it cannot be looked at, in ms since the epoch; absent where it can. */
  readonly unseenSince?: number;
}

/** What is kept of an audit for the next one: no word of any host, and no content. */
export interface Audit {
  readonly runbook: string;
  readonly runbookSha256: string;
  /** When it ended, in ms since the epoch. */
  readonly at: number;
  readonly hosts: readonly AuditedHost[];
}
