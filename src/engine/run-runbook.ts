import type { EventBody } from '../domain/event.ts';
import type { Host } from '../domain/host.ts';
import type { JsonObject } from '../domain/json.ts';
import type { Runbook, Step } from '../domain/runbook.ts';
import { Elsewhere } from './elsewhere.ts';
import { executeHost } from './execute-host.ts';
import { planFleet } from './plan-fleet.ts';
import type { PlannedHost, Planning } from './plan-host.ts';
import type { Ports } from './ports.ts';
import { type Ready, rollOut } from './roll-out.ts';
import { asked, type EventBatches, type Finish, framed, type RunHead } from './run.ts';
import { verifyUntil } from './verify-until.ts';

/** A checked runbook on chosen hosts with checked inputs. */
export interface Assignment {
  readonly head: RunHead;
  readonly runbook: Runbook;
  readonly hosts: readonly Host[];
  readonly inputs: JsonObject;
}

/** Looks at every host and computes what would change, and does no more: `diagnose` and `plan`. */
export function look(assignment: Assignment, ports: Ports): EventBatches {
  return framed(assignment.head, assignment.hosts, ports, looked(assignment, ports));
}

async function* looked(assignment: Assignment, ports: Ports): AsyncGenerator<readonly EventBody[], Finish> {
  const planned = yield* planFleet(assignment.hosts, planningOf(assignment, ports));
  yield planned.map(finishedByPlan);
  return { declined: false };
}

/** Plans, asks, changes wave by wave, verifies, and rolls back what does not heal: `apply`. */
export function apply(assignment: Assignment, ports: Ports): EventBatches {
  return framed(assignment.head, assignment.hosts, ports, applied(assignment, ports));
}

async function* applied(assignment: Assignment, ports: Ports): AsyncGenerator<readonly EventBody[], Finish> {
  const { runbook, hosts } = assignment;
  const planning = planningOf(assignment, ports);
  const planned = yield* planFleet(hosts, planning);
  const ill = planned.filter(({ plan }) => plan.outcome === 'would-fix');
  yield planned.filter(({ plan }) => plan.outcome !== 'would-fix').map(finishedByPlan);
  if (ill.length === 0 || ports.stop.aborted) return { declined: false };

  const names = ill.map(({ host }) => host.name);
  const questions = questionsOf(runbook.remediate, ill);
  const approval = yield* asked({ name: 'run', hosts: names, questions, offersWaves: true }, ports);
  if (approval.answer === 'no' || approval.answer === 'none') return { declined: true };
  const confirmWaves = approval.answer === 'wave' || runbook.rollout.confirm === 'wave';
  const ready = ill.map((one) => readyToFix(one, planning, ports));
  return yield* rollOut(ready, runbook.rollout, { confirmWaves, aim: 'fixed' }, ports);
}

function planningOf({ head, runbook, inputs }: Assignment, { fleet, clock, stop, hostFor }: Ports): Planning {
  return { runbook, inputs, fleet, clock, stop, elsewhere: new Elsewhere(fleet, hostFor), remedy: head.kind !== 'diagnose' };
}

function finishedByPlan({ host, plan }: PlannedHost): EventBody {
  return { type: 'host.finished', host: host.name, outcome: plan.outcome, ...(plan.reason ? { reason: plan.reason } : {}) };
}

function readyToFix({ host, plan, scope }: PlannedHost, planning: Planning, ports: Ports): Ready {
  const { runbook } = planning;
  const steps = [...runbook.verify, ...deferredReads(runbook.remediate, plan.steps)];
  const verify = () => verifyUntil({ host, steps, scope, rollout: runbook.rollout }, planning);
  return {
    name: host.name,
    async *begin() {
      yield* executeHost({ host, changes: plan.changes, become: plan.become, verify }, ports);
      if (!planning.elsewhere.holds(host)) await ports.fleet.close(host);
    },
  };
}

/** Reads between the changes that could not be imagined while planning: they are asked once the changes are made. */
function deferredReads(steps: readonly Step[], plans: PlannedHost['plan']['steps']): readonly Step[] {
  const deferred = new Set(plans.filter(({ status }) => status.kind === 'deferred').map(({ id }) => id));
  return steps.filter((step) => !step.spec.plan && deferred.has(step.id));
}

function questionsOf(steps: readonly Step[], ill: readonly PlannedHost[]): readonly string[] {
  const changing = new Set(
    ill.flatMap(({ plan }) => plan.steps.flatMap(({ id, status }) => (status.kind === 'planned' && status.changes.length > 0 ? [id] : []))),
  );
  return steps.flatMap((step) => (step.confirm !== undefined && changing.has(step.id) ? [step.confirm] : []));
}
