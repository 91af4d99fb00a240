import type { RunKind } from '../domain/event.ts';
import type { Ending, Outcome } from '../domain/plan.ts';

/** 2 with pending changes is asked for by `plan --detailed-exitcode`. */
export interface ExitOptions {
  readonly detailed?: boolean;
}

/**
 * The exit code of a run, by the contract of the command line. In order: 70 a bug; 130 interrupted; 3 a host is in trouble (also
 * when others are unreachable), a gate did not pass, or the policy's time is over before all were changed; 4 a host was not reached or its state is unknown; 5 declined; 2 changes are pending; 0.
 * That a host is ill of another cause or not reached is no result of a run that was declined.
 */
export function exitCode(
  kind: RunKind,
  { outcomes, declined, interrupted, cutShort, bug = false }: Ending,
  { detailed = false }: ExitOptions = {},
): number {
  if (bug) return 70;
  if (interrupted) return 130;
  const seen = new Set(Object.values(outcomes));
  const trouble = declined ? TOUCHED : TROUBLE;
  if (trouble.some((outcome) => seen.has(outcome) && !(kind === 'rollback' && outcome === 'rolled-back'))) return 3;
  if (cutShort === 'gate-failed' || cutShort === 'closed') return 3;
  if (cutShort === 'gate-inconclusive' || seen.has('unknown') || (seen.has('unreachable') && !declined)) return 4;
  if (declined) return 5;
  // An apply that leaves a host it meant to fix has not done what it was asked to.
  if (seen.has('would-fix') && (kind === 'apply' || kind === 'rollback')) return 3;
  return seen.has('would-fix') && kind === 'plan' && detailed ? 2 : 0;
}

const TOUCHED: readonly Outcome[] = ['failed', 'rolled-back', 'stale', 'conflict'];
const TROUBLE: readonly Outcome[] = [...TOUCHED, 'other-cause'];
