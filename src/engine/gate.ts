import type { GateVerdict, Missed } from '../domain/event.ts';
import { HostFault } from '../domain/failure.ts';
import type { Rollout, Step } from '../domain/runbook.ts';
import type { Scope, Unmet } from '../domain/step.ts';
import { type Planning, readersOf } from './plan-host.ts';
import { type Readers, readSteps } from './read-steps.ts';
import { verdictOf, verifyOnce } from './verify-host.ts';
import type { Verifying } from './verify-until.ts';

/** What is asked after a wave: verify of its hosts once more, and the gate of the runbook. */
export interface WaveGate {
  /** The hosts that the wave has fixed, where they are to be asked again. */
  readonly hosts: readonly Omit<Verifying, 'rollout'>[];
  readonly steps: readonly Step[];
  readonly rollout: Pick<Rollout, 'parallel' | 'verifyTimeoutMs' | 'verifyEveryMs'>;
}

/** One attempt: its verdict, and what is missed, by hosts where it is theirs. */
export interface GateCheck {
  readonly verdict: GateVerdict;
  readonly missed: readonly Missed[];
}

type Means = Pick<Planning, 'fleet' | 'elsewhere' | 'clock' | 'inputs' | 'stop'>;

/**
 * Asks a gate again and again until it passes, or the time of verify is up; the last attempt counts. What could not be asked is
 * inconclusive: nobody knows whether it is well. A run that is stopped asks no further time.
 */
export async function* checkGate(gate: WaveGate, means: Means): AsyncGenerator<GateCheck, GateVerdict> {
  const { clock, stop } = means;
  const deadline = clock.elapsed() + gate.rollout.verifyTimeoutMs;
  for (;;) {
    const missed = await missedBy(gate, means);
    const verdict = verdictOf(missed);
    const left = deadline - clock.elapsed();
    const wait = verdict.kind === 'pending' ? Math.max(verdict.ms, 100) : Math.min(gate.rollout.verifyEveryMs, left);
    const told = verdict.kind === 'holds' ? 'pass' : verdict.kind === 'inconclusive' ? 'inconclusive' : 'fail';
    yield { verdict: told, missed };
    if (told === 'pass' || left <= 0 || wait > left || stop.aborted) return told;
    await clock.sleep(wait, stop);
  }
}

async function missedBy({ hosts, steps, rollout }: WaveGate, means: Means): Promise<readonly Missed[]> {
  const ofHosts: (readonly Missed[])[] = [];
  for (let start = 0; start < hosts.length; start += rollout.parallel)
    ofHosts.push(...(await Promise.all(hosts.slice(start, start + rollout.parallel).map((one) => missedByHost(one, means)))));
  return [...ofHosts.flat(), ...(await missedBySteps(steps, means))];
}

async function missedByHost({ host, steps, scope }: WaveGate['hosts'][number], means: Means): Promise<readonly Missed[]> {
  const named = (unmet: Unmet): Missed => ({ host: host.name, ...unmet });
  try {
    return (await verifyOnce(steps, scope, readersOf(host, means))).unmet.map(named);
  } catch (error) {
    if (!(error instanceof HostFault)) throw error;
    return [named({ what: error.failure.message, inconclusive: true })];
  } finally {
    if (!means.elsewhere.holds(host)) await means.fleet.close(host);
  }
}

async function missedBySteps(steps: readonly Step[], { elsewhere, clock, inputs }: Means): Promise<readonly Missed[]> {
  const scope: Scope = { inputs, steps: {}, facts: {}, host: {} };
  const { plans } = await readSteps(steps, scope, { elsewhere, clock, of: nobody });
  return plans.flatMap(({ id, status, unmet }, index): readonly Missed[] => {
    if (status.kind !== 'failed') return unmet;
    // What a gate could not read says nothing about the fleet.
    return steps[index]?.continueOnError ? [] : [{ what: `${id}: ${status.failure.message}`, inconclusive: true }];
  });
}

/** A gate is of no host: every step of it is asked by its `on`. */
const nobody: Readers['of'] = async ({ id }) => {
  throw new HostFault({ code: 'bad-params', message: `${id} names no host to ask` });
};
