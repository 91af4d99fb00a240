import type { Ports } from './ports.ts';

/** Something with its moment, in ms of the engine's clock, before which it does not begin. */
export interface Moment<T> {
  readonly of: T;
  readonly at: number;
}

/**
 * Gives hosts moments of their own within a time from now, and puts them in that order; without such a time all may begin at once, as
 * they stand. A host's moment comes of its transaction, so that no random number is needed, and is another one in each run.
 */
export function byMoment<T extends { readonly name: string }>(
  hosts: readonly T[],
  withinMs: number,
  { clock, transactionId }: Pick<Ports, 'clock' | 'transactionId'>,
): readonly Moment<T>[] {
  const now = clock.elapsed();
  if (withinMs === 0) return hosts.map((of) => ({ of, at: now }));
  const moments = hosts.map((of) => ({ of, at: now + Math.floor(fractionOf(transactionId(of.name)) * withinMs) }));
  return moments.sort((one, other) => one.at - other.at);
}

/** The first 32 bits of a transaction's id as a number from 0 to 1. */
function fractionOf(id: string): number {
  return Number.parseInt(id.slice(0, 8), 16) / 2 ** 32;
}
