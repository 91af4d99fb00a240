import type { EventBody } from '../domain/event.ts';
import type { Host } from '../domain/host.ts';
import type { JsonObject } from '../domain/json.ts';
import type { Runbook, Step } from '../domain/runbook.ts';
import { undoAfterMs } from '../domain/undo-time.ts';
import { Elsewhere } from './elsewhere.ts';
import { executeHost } from './execute-host.ts';
import { checkGate } from './gate.ts';
import { KEPT_OPEN, planFleet } from './plan-fleet.ts';
import type { PlannedHost, Planning } from './plan-host.ts';
import type { Ports } from './ports.ts';
import { type GroupLimit, type Ready, type RollOutOptions, rollOut } from './roll-out.ts';
import { asked, type EventBatches, type Finish, framed, type RunHead } from './run.ts';
import { contextOf, stepsToVerify } from './verify-context.ts';
import { type Verifying, verifyUntil } from './verify-until.ts';
import { wavesOf, zoneOf, zoneVariable } from './waves.ts';

/** A checked runbook on chosen hosts with checked inputs. */
export interface Assignment {
  readonly head: RunHead;
  readonly runbook: Runbook;
  readonly hosts: readonly Host[];
  readonly inputs: JsonObject;
  /** How many hosts of a group may be changed and not settled at the same time; `apply` only. */
  readonly limits?: readonly GroupLimit[];
}

/**
 * Looks at every host and computes what would change, and does no more: `diagnose` and `plan`. `keep` is given the plans with
 * what verify would need, which no event tells.
 */
export function look(assignment: Assignment, ports: Ports, keep: (planned: readonly PlannedHost[]) => void = () => {}): EventBatches {
  return framed(assignment.head, assignment.hosts, ports, looked(assignment, ports, keep));
}

async function* looked(
  assignment: Assignment,
  ports: Ports,
  keep: (planned: readonly PlannedHost[]) => void,
): AsyncGenerator<readonly EventBody[], Finish> {
  const planned = yield* planFleet(assignment.hosts, planningOf(assignment, ports), 0);
  keep(planned);
  yield planned.map(finishedByPlan);
  return { declined: false };
}

/** Plans, asks, changes wave by wave, verifies, and rolls back what does not heal: `apply`. */
export function apply(assignment: Assignment, ports: Ports): EventBatches {
  return framed(assignment.head, assignment.hosts, ports, applied(assignment, ports));
}

async function* applied(assignment: Assignment, ports: Ports): AsyncGenerator<readonly EventBody[], Finish> {
  const planning = planningOf(assignment, ports);
  const planned = yield* planFleet(assignment.hosts, planning, KEPT_OPEN);
  yield planned.filter(({ plan }) => plan.outcome !== 'would-fix').map(finishedByPlan);
  const ill = planned.filter(({ plan }) => plan.outcome === 'would-fix');
  return yield* carriedOut(ill, planning, assignment, ports);
}

/**
 * Carries out what was planned earlier, by this process or another: `apply` without its first half. No host is looked at
 * before it is changed; each refuses by itself what does not fit it any more.
 */
export function applyPlanned(assignment: Assignment, planned: readonly PlannedHost[], ports: Ports): EventBatches {
  return framed(assignment.head, assignment.hosts, ports, appliedAsPlanned(assignment, planned, ports));
}

async function* appliedAsPlanned(
  assignment: Assignment,
  planned: readonly PlannedHost[],
  ports: Ports,
): AsyncGenerator<readonly EventBody[], Finish> {
  yield planned.map(({ host, plan }) => ({ type: 'host.planned', host: host.name, plan }));
  return yield* carriedOut(planned, planningOf(assignment, ports), assignment, ports);
}

/** From plans to the end of the run: approval, and then wave by wave. */
async function* carriedOut(
  ill: readonly PlannedHost[],
  planning: Planning,
  { limits = [] }: Assignment,
  ports: Ports,
): AsyncGenerator<readonly EventBody[], Finish> {
  const { runbook } = planning;
  if (ill.length === 0 || ports.stop.aborted) return { declined: false };
  const { rollout } = runbook;
  const variable = zoneVariable(
    ill.map(({ host }) => host),
    rollout,
  );
  const ready = ill.map((one) => readyToFix(one, variable, planning, ports));
  const waves = wavesOf(ready, rollout, ({ zone }) => zone).map((wave) => wave.length);
  const names = ready.map(({ name }) => name);
  const questions = questionsOf(runbook.remediate, ill);
  const approval = yield* asked({ name: 'run', hosts: names, questions, waves, offersWaves: rollout.confirm === 'run' }, ports);
  if (approval.answer === 'no' || approval.answer === 'none') return { declined: true };
  const confirmWaves = approval.answer === 'wave' || rollout.confirm !== 'run';
  return yield* rollOut(ready, rollout, { confirmWaves, aim: 'fixed', limits, gate: gateFor(ill, planning) }, ports);
}

/** The gate after a wave; none where there is nothing to ask. */
function gateFor(ill: readonly PlannedHost[], planning: Planning): NonNullable<RollOutOptions['gate']> {
  const { rollout, gate: steps } = planning.runbook;
  return (names, goesOn) => {
    const fixed = new Set(goesOn && rollout.recheck ? names : []);
    const hosts = ill.filter(({ host }) => fixed.has(host.name)).map((one) => verifyingOf(one, planning));
    return hosts.some((one) => one.steps.length > 0) || steps.length > 0 ? checkGate({ hosts, steps, rollout }, planning) : undefined;
  };
}

function verifyingOf({ host, plan, scope }: PlannedHost, { runbook }: Planning): Verifying {
  return { host, scope, steps: stepsToVerify(runbook, plan), rollout: runbook.rollout };
}

function planningOf({ head, runbook, inputs }: Assignment, { fleet, clock, stop, hostFor, isSecret }: Ports): Planning {
  return { runbook, inputs, fleet, clock, stop, isSecret, elsewhere: new Elsewhere(fleet, hostFor), remedy: head.kind !== 'diagnose' };
}

function finishedByPlan({ host, plan }: PlannedHost): EventBody {
  return { type: 'host.finished', host: host.name, outcome: plan.outcome, ...(plan.reason ? { reason: plan.reason } : {}) };
}

function readyToFix(planned: PlannedHost, variable: string | undefined, planning: Planning, ports: Ports): Ready {
  const { runbook } = planning;
  const { host, plan, scope } = planned;
  const verifying = verifyingOf(planned, planning);
  const verify = () => verifyUntil(verifying, planning);
  const context = contextOf(scope, verifying.steps, runbook.inputs);
  const zone = variable === undefined ? undefined : zoneOf(host, variable);
  return {
    name: host.name,
    ...(zone === undefined ? {} : { zone }),
    async *begin() {
      const { changes, become } = plan;
      const work = { host, changes, become, undoAfterMs: undoAfterMs(runbook.rollout, changes), context };
      yield* executeHost({ ...work, verify }, ports);
      if (!planning.elsewhere.holds(host)) await ports.fleet.close(host);
    },
  };
}

function questionsOf(steps: readonly Step[], ill: readonly PlannedHost[]): readonly string[] {
  const changing = new Set(
    ill.flatMap(({ plan }) => plan.steps.flatMap(({ id, status }) => (status.kind === 'planned' && status.changes.length > 0 ? [id] : []))),
  );
  return steps.flatMap((step) => (step.confirm !== undefined && changing.has(step.id) ? [step.confirm] : []));
}
