import type { Failure } from '../domain/failure.ts';
import type { WindowOptions } from './options.ts';
import { closedBy, type Rules } from './plan-policy.ts';

/** Why no host may be changed now; undefined where one may, or the operator says why one is all the same. */
export function timeProblem(rules: Rules, { overrideWindow }: WindowOptions): Failure | undefined {
  const why = closedBy(rules, Date.now());
  if (overrideWindow !== undefined && overrideWindow.trim() === '')
    return { code: 'bad-input', message: '--override-window needs a reason' };
  if (why === undefined || overrideWindow !== undefined) return undefined;
  return {
    code: 'refused',
    message: why,
    hint: 'wait until then, or pass --override-window REASON, which is kept with the run; plan, rollback and resume are free at any time',
  };
}

/** What a run is told whenever another host is to be begun: why none may be at this time, by the policy. */
export function closingOf(rules: Rules, { overrideWindow }: WindowOptions): { readonly closed?: () => string | undefined } {
  return overrideWindow === undefined ? { closed: () => closedBy(rules, Date.now()) } : {};
}

/** For the record of a run: what of the policy was overridden, and why. */
export function overriddenBy(rules: Rules, { overrideWindow }: WindowOptions): { readonly overrides?: string } {
  if (overrideWindow === undefined) return {};
  // The time may be over only while the run is under way, and the run would go on.
  return { overrides: `${closedBy(rules, Date.now()) ?? 'nothing at the beginning'}: ${overrideWindow}` };
}
