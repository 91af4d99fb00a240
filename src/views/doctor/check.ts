import type { Failure } from '../../domain/failure.ts';
import type { Checked, CheckFinding } from '../check-report.ts';

/** One part of the operator's own side: what it is like, and all that is wrong with it. */
export interface Check extends Checked {
  readonly check: string;
  /** What was found, in half a sentence. */
  readonly says: string;
}

/** Something that keeps runbook from working. */
export function bad(says: string, next: string): CheckFinding {
  return { severity: 'bad', says, next };
}

/** Something that wants looking at. */
export function warn(says: string, next: string): CheckFinding {
  return { severity: 'warn', says, next };
}

/** What a failure says, its place before it, as a finding. */
export function failed(severity: CheckFinding['severity'], { at, message, hint }: Failure): CheckFinding {
  const says = at === undefined || message.includes(at) ? message : `${at}: ${message}`;
  return { severity, says, ...(hint === undefined ? {} : { next: hint }) };
}
