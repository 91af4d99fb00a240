import type { EventBody } from '../domain/event.ts';
import type { Host } from '../domain/host.ts';
import { interleave } from './interleave.ts';
import { type PlannedHost, type Planning, planHost } from './plan-host.ts';

/**
 * Plans all hosts side by side; an event for each as it is ready. Returns the plans in the order of `hosts`. A host that
 * was not begun when the operator stopped the run is left out.
 */
export async function* planFleet(hosts: readonly Host[], planning: Planning): AsyncGenerator<readonly EventBody[], readonly PlannedHost[]> {
  const planned = new Map<string, PlannedHost>();
  const begin = hosts.map(
    (host) =>
      async function* (): AsyncGenerator<EventBody, void> {
        const one = await planHost(host, planning);
        planned.set(host.name, one);
        yield { type: 'host.planned', host: host.name, plan: one.plan };
        if (one.plan.outcome !== 'would-fix' && !planning.elsewhere.holds(host)) await planning.fleet.close(host);
      },
  );
  yield* interleave(
    begin,
    () => PLAN_AT_ONCE,
    () => !planning.stop.aborted,
  );
  return hosts.flatMap((host) => planned.get(host.name) ?? []);
}

/** Hosts looked at together. The transport bounds handshakes in flight on its own. */
const PLAN_AT_ONCE = 200;
