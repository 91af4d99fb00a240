/** How bad a finding is: `bad` keeps from what runbook is for, `warn` wants looking at. */
export type Severity = 'bad' | 'warn';

/** Something that wants looking at. */
export interface CheckFinding {
  readonly severity: Severity;
  readonly says: string;
  /** What to do about it. */
  readonly next?: string;
}

/** What was looked at, with all that is wrong with it; nothing: it is as it must be. */
export interface Checked {
  readonly findings: readonly CheckFinding[];
}

/** How bad the worst of it is: 2 bad, 1 a warning, 0 nothing at all. */
export function badness({ findings }: Checked): 0 | 1 | 2 {
  return findings.some(({ severity }) => severity === 'bad') ? 2 : findings.length > 0 ? 1 : 0;
}
