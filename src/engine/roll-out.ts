import type { EventBody } from '../domain/event.ts';
import type { Outcome } from '../domain/plan.ts';
import type { Rollout } from '../domain/runbook.ts';
import { interleave } from './interleave.ts';
import type { Ports } from './ports.ts';
import { asked, type Finish } from './run.ts';
import { failureBudget, wavesOf } from './waves.ts';

/** A host that is ready to be changed: begun, it yields its events to the end. */
export interface Ready {
  readonly name: string;
  begin(): AsyncGenerator<EventBody, void>;
}

/**
 * Outcomes that spend the failure budget: all in which a change was begun, or could not be, and the host is not known to be
 * well. A stale host is refused before anything is done to it, so it says nothing against doing the same to others.
 */
const SPENDS: ReadonlySet<Outcome> = new Set(['failed', 'rolled-back', 'conflict', 'unreachable', 'unknown']);

/**
 * Changes hosts wave by wave. A wave starts only when the one before it has ended and the failures so far are within
 * the budget; hosts under way when it is exceeded are brought to their end, the rest is not begun. `aim` is the outcome that
 * the run is for, and never a failure.
 */
export async function* rollOut(
  hosts: readonly Ready[],
  rollout: Rollout,
  { confirmWaves, aim }: { readonly confirmWaves: boolean; readonly aim: Outcome },
  ports: Ports,
): AsyncGenerator<readonly EventBody[], Finish> {
  const waves = wavesOf(hosts, rollout.waves);
  const budget = failureBudget(rollout.maxFailures, hosts.length);
  const begun = new Set<string>();
  let failures = 0;
  for (const [index, wave] of waves.entries()) {
    const number = index + 1;
    const names = wave.map(({ name }) => name);
    if (ports.stop.aborted) return { declined: false };
    // The first wave was approved together with the run.
    if (confirmWaves && index > 0) {
      const approval = yield* asked({ name: `wave-${number}`, hosts: names, questions: [], offersWaves: false }, ports);
      if (approval.answer !== 'yes') return { declined: true };
    }
    yield [{ type: 'wave.started', wave: number, of: waves.length, hosts: names }];
    const mayBegin = () => !ports.stop.aborted && failures <= budget;
    for await (const events of interleave(
      wave.map((host) => host.begin),
      rollout.parallel,
      mayBegin,
    )) {
      for (const event of events) if (event.type === 'host.started') begun.add(event.host);
      failures += events.filter((event) => event.type === 'host.finished' && event.outcome !== aim && SPENDS.has(event.outcome)).length;
      yield events;
    }
    yield [{ type: 'wave.finished', wave: number, failures, budget }];
    if (failures > budget) {
      const notStarted = hosts.filter(({ name }) => !begun.has(name)).map(({ name }) => name);
      yield [{ type: 'budget.exceeded', failures, budget, notStarted }];
      return { declined: false };
    }
  }
  return { declined: false };
}
