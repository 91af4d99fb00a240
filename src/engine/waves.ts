import type { WaveSize } from '../domain/runbook.ts';

/**
 * Cuts hosts into waves: sizes are walked in order and the last repeats. A percentage is of all hosts, rounded down, at
 * least 1 (Ansible's `pct_to_int`, `utils/helpers.py`, its floating point included: 29% of 100 is 28); a number below 1 takes all that remain.
 */
export function wavesOf<T>(hosts: readonly T[], sizes: readonly WaveSize[]): readonly (readonly T[])[] {
  const waves: (readonly T[])[] = [];
  let start = 0;
  while (start < hosts.length) {
    const size = hostsIn(sizes[Math.min(waves.length, sizes.length - 1)] ?? { percent: 100 }, hosts.length);
    const end = size < 1 ? hosts.length : start + size;
    waves.push(hosts.slice(start, end));
    start = end;
  }
  return waves;
}

/** A size as a number of hosts of so many: a percentage is rounded down, and at least 1. */
export function hostsIn(size: WaveSize, total: number): number {
  return 'hosts' in size ? size.hosts : Math.max(1, Math.floor((size.percent / 100) * total));
}

/** How many hosts of a run may fail; one more stops it. A percentage is of the hosts to be fixed, rounded down. */
export function failureBudget(limit: WaveSize, total: number): number {
  return 'hosts' in limit ? limit.hosts : Math.floor((limit.percent * total) / 100);
}
