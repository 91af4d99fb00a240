import type { EventBody } from '../domain/event.ts';
import type { Host } from '../domain/host.ts';
import { interleave } from './interleave.ts';
import { type PlannedHost, type Planning, planHost } from './plan-host.ts';

/** What follows a plan finds so many connections still open: more of them would fill the memory of the processes that hold them. */
export const KEPT_OPEN = 200;

/**
 * Plans all hosts side by side; an event for each as it is ready. Returns the plans in the order of `hosts`. A host that
 * was not begun when the operator stopped the run is left out. `keep`: of so many hosts that would be changed, the connection stays open.
 */
export async function* planFleet(
  hosts: readonly Host[],
  planning: Planning,
  keep: number,
): AsyncGenerator<readonly EventBody[], readonly PlannedHost[]> {
  const planned = new Map<string, PlannedHost>();
  let kept = 0;
  const pace = new Pace();
  const begin = hosts.map(
    (host) =>
      async function* (): AsyncGenerator<EventBody, void> {
        const began = planning.clock.elapsed();
        const one = await planHost(host, planning);
        pace.took(planning.clock.elapsed() - began);
        planned.set(host.name, one);
        yield { type: 'host.planned', host: host.name, plan: one.plan };
        if (one.plan.outcome === 'would-fix' && kept < keep) kept += 1;
        else if (!planning.elsewhere.holds(host)) await planning.fleet.close(host);
      },
  );
  yield* interleave(
    begin,
    () => pace.atOnce,
    () => !planning.stop.aborted,
  );
  return hosts.flatMap((host) => planned.get(host.name) ?? []);
}

/** As long as a host takes no longer than this, more are looked at together; in ms. */
const SOON_MS = 4_000;
/** Where one takes longer than this, fewer are, before any runs into the limits of a login (30 s). */
const LATE_MS = 12_000;
const LEAST = 8;
const FIRST = 32;
const MOST = 200;

/**
 * How many hosts are looked at together: one more for each that answered soon, half as many when one was late. Hosts may share what is
 * scarce, a jump host or one machine under many names, and this machine has work with each of them: all at once would keep each other
 * waiting until they are given up. The transport bounds handshakes in flight on its own.
 */
class Pace {
  atOnce = FIRST;

  took(ms: number): void {
    if (ms <= SOON_MS) this.atOnce = Math.min(MOST, this.atOnce + 1);
    else if (ms > LATE_MS) this.atOnce = Math.max(LEAST, Math.floor(this.atOnce / 2));
  }
}
