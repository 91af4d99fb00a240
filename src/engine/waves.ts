import type { Host } from '../domain/host.ts';
import type { Rollout, WaveSize } from '../domain/runbook.ts';

/** The host variable that names a zone where the runbook names none. */
export const ZONE_VARIABLE = 'runbook_zone';

/**
 * Cuts hosts into waves: sizes are walked in order and the last repeats; with `confirm: host` every wave is one host. A percentage is of
 * all hosts, rounded down, at least 1 (Ansible's `pct_to_int`, `utils/helpers.py`, its floating point included: 29% of 100 is 28); a number
 * below 1 takes all that remain. No wave has hosts of two zones: hosts go zone by zone, and a wave ends where its zone does.
 */
export function wavesOf<T>(
  hosts: readonly T[],
  { waves: sizes, confirm }: Pick<Rollout, 'waves' | 'confirm'>,
  zone: (host: T) => string | undefined = () => undefined,
): readonly (readonly T[])[] {
  const ordered = byZone(hosts, zone);
  const waves: (readonly T[])[] = [];
  let start = 0;
  while (start < ordered.length) {
    const size = confirm === 'host' ? { hosts: 1 } : (sizes[Math.min(waves.length, sizes.length - 1)] ?? { percent: 100 });
    const count = hostsIn(size, ordered.length);
    const wave = ofOneZone(ordered.slice(start, count < 1 ? undefined : start + count), zone);
    waves.push(wave);
    start += wave.length;
  }
  return waves;
}

function byZone<T>(hosts: readonly T[], zone: (host: T) => string | undefined): readonly T[] {
  const zones = new Map<string | undefined, T[]>();
  for (const host of hosts) {
    const known = zones.get(zone(host));
    if (known) known.push(host);
    else zones.set(zone(host), [host]);
  }
  return [...zones.values()].flat();
}

function ofOneZone<T>(hosts: readonly T[], zone: (host: T) => string | undefined): readonly T[] {
  const [first] = hosts;
  const end = first === undefined ? -1 : hosts.findIndex((host) => zone(host) !== zone(first));
  return end < 0 ? hosts : hosts.slice(0, end);
}

/** A size as a number of hosts of so many: a percentage is rounded down, and at least 1. */
export function hostsIn(size: WaveSize, total: number): number {
  return 'hosts' in size ? size.hosts : Math.max(1, Math.floor((size.percent / 100) * total));
}

/** How many hosts of a run may fail; one more stops it. A percentage is of the hosts to be fixed, rounded down. */
export function failureBudget(limit: WaveSize, total: number): number {
  return 'hosts' in limit ? limit.hosts : Math.floor((limit.percent * total) / 100);
}

/** The variable that names zones: the runbook's own, else `runbook_zone` where a host has it; undefined where zones do not count. */
export function zoneVariable(hosts: readonly Host[], { zone }: Pick<Rollout, 'zone'>): string | undefined {
  return zone ?? (hosts.some((host) => zoneOf(host, ZONE_VARIABLE) !== undefined) ? ZONE_VARIABLE : undefined);
}

/** The zone of a host; undefined where the variable is not there, or is neither text nor a number. */
export function zoneOf({ vars }: Host, variable: string): string | undefined {
  const value = Object.hasOwn(vars, variable) ? vars[variable] : undefined;
  return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined;
}
