import type { Failure } from '../domain/failure.ts';
import type { Outcome } from '../domain/plan.ts';

/** Faults of the way to a host, as opposed to what a host answers. */
export function isWayFault({ code }: Failure): boolean {
  return ['unreachable', 'host-key', 'auth', 'lost', 'timed-out', 'protocol', 'become'].includes(code);
}

/** How a host ends that a fault kept from being looked at, or from being begun. One that answers, and refuses, was reached. */
export function outcomeOfFault(failure: Failure): Outcome {
  return isWayFault(failure) && failure.code !== 'become' && failure.code !== 'protocol' ? 'unreachable' : 'failed';
}
