import { badness } from '../check-report.ts';
import type { Check } from './check.ts';

/** All checks, the worst first and else in the order given. */
export function doctorReport(checks: readonly Check[]): readonly Check[] {
  return checks.toSorted((a, b) => badness(b) - badness(a));
}

/** 1 when anything keeps runbook from working, else 0: a warning is no failure. */
export function doctorExitCode(checks: readonly Check[]): 0 | 1 {
  return checks.some((check) => badness(check) === 2) ? 1 : 0;
}
