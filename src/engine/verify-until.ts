import type { EventBody } from '../domain/event.ts';
import { type Failure, HostFault } from '../domain/failure.ts';
import type { Host } from '../domain/host.ts';
import type { Rollout, Step } from '../domain/runbook.ts';
import type { Scope, Unmet } from '../domain/step.ts';
import type { Verified } from './execute-host.ts';
import { type Planning, readersOf } from './plan-host.ts';
import { type Verdict, verdictOf, verifyOnce } from './verify-host.ts';

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
  const look = () => attempted(task, planning);
  const deadline = clock.elapsed() + rollout.verifyTimeoutMs;
  for (let attempt = 1; ; attempt += 1) {
    const unmet = await look();
    const nothing = task.steps.length === 0 ? { nothing: true as const } : {};
    yield { type: 'verify.attempted', host: task.host.name, attempt, unmet, ...nothing };
    const verdict = verdictOf(unmet);
    if (verdict.kind === 'holds') return yield* baked(task, attempt + 1, clock, look);
    const left = deadline - clock.elapsed();
    // Something that only needs time is waited for as long as the time is enough for it.
    const wait = verdict.kind === 'pending' ? Math.max(verdict.ms, 100) : Math.min(rollout.verifyEveryMs, left);
    if (left <= 0 || wait > left) return failedBy(verdict, unmet);
    await clock.sleep(wait);
  }
}

/** What is unmet after the bake did not last. What could not be asked is asked again: a connection may be dropped meanwhile. */
async function* baked(
  { host, rollout }: Verifying,
  attempt: number,
  clock: Planning['clock'],
  look: () => Promise<readonly Unmet[]>,
): AsyncGenerator<EventBody, Verified> {
  if (rollout.bakeMs === 0) return { kind: 'holds' };
  await clock.sleep(rollout.bakeMs);
  const deadline = clock.elapsed() + rollout.verifyTimeoutMs;
  for (let next = attempt; ; next += 1) {
    const unmet = await look();
    yield { type: 'verify.attempted', host: host.name, attempt: next, unmet };
    const verdict = verdictOf(unmet);
    if (verdict.kind === 'holds') return verdict;
    const left = deadline - clock.elapsed();
    if (verdict.kind !== 'inconclusive' || left <= 0) return failedBy(verdict, unmet);
    await clock.sleep(Math.min(rollout.verifyEveryMs, left));
  }
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

function failedBy({ kind }: Verdict, unmet: readonly Unmet[]): Verified {
  const failure: Failure = { code: 'verify-failed', message: `verify does not hold: ${unmet.map(({ what }) => what).join('; ')}` };
  return { kind: kind === 'inconclusive' ? kind : 'unmet', failure };
}
