import { ok, type Result } from '../domain/failure.ts';
import type { Place } from '../domain/runbook.ts';
import { parseAddress } from './host-address.ts';
import { expandRange } from './host-range.ts';
import { failAt } from './place.ts';

/** The names that a host line or key stands for, and the port for all of them. */
export interface HostNames {
  readonly names: readonly string[];
  readonly port: number | undefined;
}

/** Reads `web[01:20].example.com:2222` as INI lines and YAML keys write it. A range that names no host is an error. */
export function hostNames(pattern: string, place: Place): Result<HostNames> {
  const address = parseAddress(pattern);
  if (address === undefined && pattern.endsWith(':')) {
    return failAt(
      place,
      `"${pattern}" ends in ":", which is there to give a port`,
      'is this a YAML file? then its name must end in .yaml or .yml',
    );
  }
  const expanded = expandRange(address?.host ?? pattern);
  if (!expanded.ok) return failAt(place, `${expanded.failure.message}: "${pattern}"`);
  if (expanded.value.length === 0) return failAt(place, `the range "${pattern}" names no host: it ends before it begins`);
  return ok({ names: expanded.value, port: address?.port });
}
