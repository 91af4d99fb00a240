import type { EventBody } from '../domain/event.ts';
import { type Failure, HostFault } from '../domain/failure.ts';
import type { Host } from '../domain/host.ts';
import type { Rollout, Step } from '../domain/runbook.ts';
import type { Scope, Unmet } from '../domain/step.ts';
import type { Verified } from './execute-host.ts';
import { type Planning, readersOf } from './plan-host.ts';
import { verdictOf, verifyOnce } from './verify-host.ts';

/** One host's verify phase. */
export interface Verifying {
  readonly host: Host;
  readonly steps: readonly Step[];
  readonly scope: Scope;
  readonly rollout: Rollout;
}

/**
 * Asks verify again and again until it holds or the rollout's time is up, then once more after the bake. Each attempt is
 * an event. A connection that breaks in between is opened anew; a host that stays away is inconclusive, never well.
 */
export async function* verifyUntil(
  task: Verifying,
  planning: Pick<Planning, 'fleet' | 'elsewhere' | 'clock'>,
): AsyncGenerator<EventBody, Verified> {
  const { clock } = planning;
  const { rollout } = task;
  const deadline = clock.now() + rollout.verifyTimeoutMs;
  for (let attempt = 1; ; attempt += 1) {
    const unmet = await attempted(task, planning);
    yield { type: 'verify.attempted', host: task.host.name, attempt, unmet };
    const verdict = verdictOf(unmet);
    if (verdict.kind === 'holds') return yield* baked(task, planning, attempt + 1);
    const left = deadline - clock.now();
    // Something that only needs time is waited for as long as the time is enough for it.
    const wait = verdict.kind === 'pending' ? Math.max(verdict.ms, 100) : rollout.verifyEveryMs;
    if (wait > left)
      return verdict.kind === 'inconclusive' ? { kind: 'inconclusive', failure: missed(unmet) } : { kind: 'unmet', failure: missed(unmet) };
    await clock.sleep(wait);
  }
}

async function* baked(
  task: Verifying,
  planning: Pick<Planning, 'fleet' | 'elsewhere' | 'clock'>,
  attempt: number,
): AsyncGenerator<EventBody, Verified> {
  if (task.rollout.bakeMs === 0) return { kind: 'holds' };
  await planning.clock.sleep(task.rollout.bakeMs);
  const unmet = await attempted(task, planning);
  yield { type: 'verify.attempted', host: task.host.name, attempt, unmet };
  const { kind } = verdictOf(unmet);
  if (kind === 'holds') return { kind };
  return { kind: kind === 'inconclusive' ? kind : 'unmet', failure: missed(unmet) };
}

async function attempted(
  { host, steps, scope }: Verifying,
  planning: Pick<Planning, 'fleet' | 'elsewhere' | 'clock'>,
): Promise<readonly Unmet[]> {
  try {
    return (await verifyOnce(steps, scope, readersOf(host, planning))).unmet;
  } catch (error) {
    if (!(error instanceof HostFault)) throw error;
    await planning.fleet.close(host);
    return [{ what: error.failure.message, inconclusive: true }];
  }
}

function missed(unmet: readonly Unmet[]): Failure {
  return { code: 'verify-failed', message: `verify does not hold: ${unmet.map(({ what }) => what).join('; ')}` };
}
