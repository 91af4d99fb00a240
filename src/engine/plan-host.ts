import type { Fleet, Reader } from '../domain/access.ts';
import type { Change } from '../domain/change.ts';
import { asFound, orderChanges, orderProblem } from '../domain/change-order.ts';
import { type Failure, fail, HostFault, ok, type Result } from '../domain/failure.ts';
import { fileRefusal } from '../domain/file-refusal.ts';
import type { Finding, FindingKind } from '../domain/finding.ts';
import type { Host } from '../domain/host.ts';
import type { JsonObject } from '../domain/json.ts';
import type { HostPlan, Outcome, StepPlan } from '../domain/plan.ts';
import type { Runbook, Step } from '../domain/runbook.ts';
import type { Scope, Unmet } from '../domain/step.ts';
import type { Elsewhere } from './elsewhere.ts';
import { outcomeOfFault } from './fault-outcome.ts';
import { unasked, withoutNeeds } from './observe-step.ts';
import { planRemedy } from './plan-remedy.ts';
import type { Clock } from './ports.ts';
import { type Readers, readSteps } from './read-steps.ts';
import { SnapshotReader } from './snapshot-reader.ts';
import { verdictOf, verifyOnce } from './verify-host.ts';

/** What planning one host needs. */
export interface Planning {
  readonly runbook: Runbook;
  readonly inputs: JsonObject;
  readonly fleet: Fleet;
  readonly elsewhere: Elsewhere;
  readonly clock: Clock;
  readonly stop: AbortSignal;
  /** Whether a text holds a value that must not be shown. */
  isSecret(text: string): boolean;
  /** False for `diagnose`: no changes are told. */
  readonly remedy: boolean;
}

/** A host's plan, with the scope that its verify steps are evaluated in. */
export interface PlannedHost {
  readonly host: Host;
  readonly plan: HostPlan;
  readonly scope: Scope;
}

interface Seen {
  readonly steps: readonly StepPlan[];
  readonly scope: Scope;
}

/** Looks at one host and computes what would change on it. Never writes (it holds no Writer), never throws for what a host does. */
export async function planHost(host: Host, planning: Planning): Promise<PlannedHost> {
  const scope: Scope = { inputs: planning.inputs, steps: {}, facts: {}, host: { name: host.name, groups: host.groups, vars: host.vars } };
  try {
    return await plannedHost(host, scope, planning);
  } catch (error) {
    if (!(error instanceof HostFault)) throw error;
    return ended(host, { steps: [], scope }, outcomeOfFault(error.failure), { reason: error.failure });
  }
}

async function plannedHost(host: Host, bare: Scope, planning: Planning): Promise<PlannedHost> {
  const { runbook } = planning;
  const readers = readersOf(host, planning);
  const look = onceOnly(readers);
  const reader = await planning.fleet.read(host);
  const { plans, scope } = await readSteps(runbook.diagnose, bare, look, reader.facts());
  const seen: Seen = { steps: plans, scope };

  const broken = blocking(runbook.diagnose, plans);
  if (broken) return ended(host, seen, outcomeOf(broken), { reason: broken });
  const affected = runbook.affected?.(scope);
  if (affected && !affected.ok) return ended(host, seen, 'failed', { reason: affected.failure });
  if (affected && !affected.value) return standing(host, seen, readers, planning);
  // Without `affected`, only planning tells whether anything is to be done.
  if (affected && !planning.remedy) return ended(host, seen, 'would-fix', {});

  const remedy = await planRemedy(runbook.remediate, scope, look, planning.isSecret);
  const tried: Seen = { ...seen, steps: [...plans, ...remedy.plans] };
  const stuck = blocking(runbook.remediate, remedy.plans);
  if (stuck) return ended(host, tried, outcomeOf(stuck), { reason: stuck });
  const changes = orderChanges(asFound(remedy.changes));
  // Nothing to change is a host like any that is not affected.
  if (changes.length === 0) return standing(host, tried, readers, planning);
  if (!planning.remedy) return ended(host, seen, 'would-fix', {});
  const problem = orderProblem(changes) ?? firstRefusal(changes);
  if (problem) return ended(host, tried, 'failed', { reason: problem });
  const become = privilegeOf(runbook.remediate, remedy.plans);
  if (!become.ok) return ended(host, tried, 'failed', { reason: become.failure });
  const shown: Seen = { ...tried, steps: [...tried.steps, ...neverAsked(runbook.verify, scope, planning)] };
  return ended(host, shown, 'would-fix', { changes, become: become.value });
}

/** A host that may not be read is not known to have failed at anything. */
function outcomeOf({ code }: Failure): Outcome {
  return code === 'permission-denied' ? 'unknown' : 'failed';
}

function firstRefusal(changes: readonly Change[]): Failure | undefined {
  for (const change of changes) {
    const refusal = change.kind === 'file' ? fileRefusal(change) : undefined;
    if (refusal) return refusal;
  }
  return undefined;
}

/** Verify steps that will be skipped, for want of somebody to ask or of outputs: a plan says beforehand what is not verified. */
function neverAsked(steps: readonly Step[], scope: Scope, { elsewhere }: Planning): readonly StepPlan[] {
  const own = new Set(steps.map(({ id }) => id));
  return steps.flatMap((step) => {
    const skipped = withoutNeeds({ ...step, needs: step.needs.filter((id) => !own.has(id)) }, scope);
    if (skipped) return [skipped.plan];
    const on = step.on?.(scope);
    const why = on?.ok ? elsewhere.nobody(on.value) : undefined;
    return why === undefined ? [] : [unasked(step, { kind: 'skipped', why }).plan];
  });
}

/** The one privilege with which all changes of a host are made, since they travel in one exchange. */
function privilegeOf(steps: readonly Step[], plans: readonly StepPlan[]): Result<boolean | undefined> {
  const changing = new Set(plans.flatMap(({ id, status }) => (status.kind === 'planned' && status.changes.length > 0 ? [id] : [])));
  const makers = steps.filter(({ id }) => changing.has(id));
  const [first] = makers;
  if (makers.every(({ become }) => become === first?.become)) return ok(first?.become);
  const ids = makers.map(({ id }) => id).join(', ');
  const hint = 'give all of them the same become, or none';
  return fail('bad-params', `${ids} change the host in one exchange, and so with one privilege, but their become differs`, { hint });
}

/** A host that is not to be changed: healthy when verify holds, ill of something else when it does not. */
async function standing(host: Host, seen: Seen, readers: Readers, { runbook, clock, stop }: Planning): Promise<PlannedHost> {
  let look = await verifyOnce(runbook.verify, seen.scope, readers);
  const verdict = verdictOf(look.unmet);
  const waits = verdict.kind === 'pending' && verdict.ms <= runbook.rollout.verifyTimeoutMs && !stop.aborted;
  if (waits) {
    await clock.sleep(verdict.ms, stop);
    look = await verifyOnce(runbook.verify, seen.scope, readers);
  }
  const looked = { ...seen, steps: [...seen.steps, ...look.plans] };
  const { unmet } = look;
  const settled = verdictOf(unmet).kind;
  // Where nothing else says whether a host is well, a cause that was found says that it is not.
  const judges = runbook.affected !== undefined || runbook.verify.length > 0;
  const blind = blindness(looked.steps, [...runbook.diagnose, ...runbook.remediate, ...runbook.verify], unmet);
  if (blind && (settled === 'holds' || settled === 'unmet')) return ended(host, looked, 'unknown', { unmet, reason: blind });
  const ill = !judges && looked.steps.some(({ findings }) => findings.some(({ kind }) => kind === 'cause'));
  if (settled === 'holds') return ended(host, looked, ill ? 'other-cause' : 'healthy', {});
  if (settled === 'inconclusive' || (settled === 'pending' && !waits)) {
    const reason: Failure = { code: 'verify-failed', message: `not known to be well: ${unmet.map(({ what }) => what).join('; ')}` };
    return ended(host, looked, 'unknown', { unmet, reason });
  }
  return ended(host, looked, 'other-cause', { unmet });
}

/** Why a host can be called neither healthy nor ill of something else: what might have shown its cause was denied, and nothing stood in for it. */
function blindness(plans: readonly StepPlan[], steps: readonly Step[], unmet: readonly Unmet[]): Failure | undefined {
  const needed = new Set(steps.flatMap(({ id, continueOnError }) => (continueOnError ? [] : [id])));
  const blind = plans.filter(({ id, denied = [] }) => needed.has(id) && denied.some(({ instead }) => instead === undefined));
  if (blind.length === 0) return undefined;
  const seen = unmet.map(({ what }) => `; ${what}`).join('');
  const message = `not known whether it is affected: not all that ${blind.map(({ id }) => id).join(', ')} reads was allowed${seen}`;
  return { code: 'permission-denied', message, hint: 'a plan names each read that was denied; become root, or let sudo allow them' };
}

/** The readers of one host, one for each privilege that its steps ask for. */
export function readersOf(host: Host, { fleet, elsewhere, clock }: Pick<Planning, 'fleet' | 'elsewhere' | 'clock'>): Readers {
  const opened = new Map<boolean | undefined, Promise<Reader>>();
  return {
    elsewhere,
    clock,
    of: (step: Step) => {
      const known = opened.get(step.become) ?? fleet.read(host, { become: step.become });
      opened.set(step.become, known);
      return known;
    },
  };
}

/** Readers for one look: see `SnapshotReader`. */
function onceOnly(readers: Readers): Readers {
  const opened = new Map<Reader, Reader>();
  return {
    ...readers,
    of: async (step) => {
      const reader = await readers.of(step);
      const known = opened.get(reader) ?? new SnapshotReader(reader);
      opened.set(reader, known);
      return known;
    },
  };
}

function blocking(steps: readonly Step[], plans: readonly StepPlan[]): Failure | undefined {
  for (const [index, { id, status }] of plans.entries()) {
    if (steps[index]?.continueOnError) continue;
    if (status.kind === 'failed') return { ...status.failure, message: `${id}: ${status.failure.message}` };
    if (status.kind === 'deferred' && steps[index]?.spec.plan)
      return { code: 'deferred', message: `${id} cannot be planned: ${status.why}` };
  }
  return undefined;
}

const RANK: Readonly<Record<FindingKind, number>> = { cause: 0, symptom: 1, benign: 2 };

function ended(
  host: Host,
  { steps, scope }: Seen,
  outcome: Outcome,
  more: { reason?: Failure; unmet?: readonly Unmet[]; changes?: readonly Change[]; become?: boolean | undefined },
): PlannedHost {
  const findings: Finding[] = steps.flatMap((step) => step.findings);
  const plan: HostPlan = {
    host: host.name,
    outcome,
    ...(more.reason ? { reason: more.reason } : {}),
    steps,
    findings: findings.sort((a, b) => RANK[a.kind] - RANK[b.kind]),
    unmet: more.unmet ?? [],
    changes: more.changes ?? [],
    ...(more.become === undefined ? {} : { become: more.become }),
    facts: scope.facts,
  };
  return { host, plan, scope };
}
