import type { Change } from '../domain/change.ts';
import type { EventBody } from '../domain/event.ts';
import type { Failure } from '../domain/failure.ts';
import type { Host } from '../domain/host.ts';
import type { Outcome } from '../domain/plan.ts';
import type { Runbook } from '../domain/runbook.ts';
import type { ChangeResult } from '../domain/transaction.ts';
import { Elsewhere } from './elsewhere.ts';
import { allDone, type End, ended, endOf, takenBack, type Verified, verifiedAndSettled } from './execute-host.ts';
import { endOfForgotten } from './forgotten.ts';
import { interleave } from './interleave.ts';
import type { Ports } from './ports.ts';
import { closed, type EventBatches, type Finish } from './run.ts';
import { askUntilKnown, type Live, settle } from './settle.ts';
import type { VerifyContext } from './verify-context.ts';
import { verifyUntil } from './verify-until.ts';

/** A transaction of a run that was cut off, of which the run's record does not say how it ended. */
export interface Unsettled {
  readonly host: Host;
  readonly tx: string;
  readonly changes: readonly Change[];
  readonly become: boolean | undefined;
  /** It takes changes of an earlier run back. */
  readonly rollback: boolean;
  /** ms until the host has taken itself back, by the run's record and the wall clock; below 0 when it must have. */
  readonly leftMs: number;
  /** The run's record says that the host had begun it. */
  readonly begun?: true;
  /** What the host's receipt said of each, where it came back. */
  readonly results?: readonly ChangeResult[];
  /** The machine that was changed, where the run knew it. */
  readonly machineId?: string;
  /** How to verify it again; absent for a rollback, and where it cannot be known any more. */
  readonly context?: VerifyContext;
}

/** What a run that is taken up again has come to already. */
export interface Resumption {
  readonly operator: string;
  readonly hosts: readonly string[];
  /** Outcomes of hosts that had come to their end. */
  readonly outcomes: ReadonlyMap<string, Outcome>;
  readonly runbook?: Runbook;
}

const AT_ONCE = 25;

/**
 * Settles every host that a cut-off run left: finishes, confirms or takes back, as the host's own record says, and never sends
 * a transaction again. Hosts that were not begun stay so.
 */
export async function* resume(resumption: Resumption, unsettled: readonly Unsettled[], ports: Ports): EventBatches {
  const { operator, hosts, outcomes } = resumption;
  const open = unsettled.map(({ host }) => host.name);
  yield [{ at: ports.clock.now(), type: 'run.resumed', operator, hosts: open }];
  yield* closed(hosts, { outcomes, open: new Set(open) }, ports, settled(resumption, unsettled, ports));
}

async function* settled(
  resumption: Resumption,
  unsettled: readonly Unsettled[],
  ports: Ports,
): AsyncGenerator<readonly EventBody[], Finish> {
  const elsewhere = new Elsewhere(ports.fleet, ports.hostFor);
  const begin = unsettled.map(
    (one) =>
      async function* (): AsyncGenerator<EventBody, void> {
        yield* ended(one.host, settledHost(one, verifier(resumption, one, elsewhere, ports), ports));
        if (!elsewhere.holds(one.host)) await ports.fleet.close(one.host);
      },
  );
  yield* interleave(
    begin,
    () => AT_ONCE,
    () => !ports.stop.aborted,
  );
  return { declined: false };
}

type Verify = () => AsyncGenerator<EventBody, Verified>;

function verifier({ runbook }: Resumption, { host, context }: Unsettled, elsewhere: Elsewhere, ports: Ports): Verify | undefined {
  if (!runbook || !context) return undefined;
  const { fleet, clock } = ports;
  return () => verifyUntil({ host, ...context, rollout: runbook.rollout }, { fleet, clock, elsewhere });
}

async function* settledHost(one: Unsettled, verify: Verify | undefined, ports: Ports): AsyncGenerator<EventBody, End> {
  const { host, tx, changes, become, machineId } = one;
  const until = ports.clock.elapsed() + Math.max(0, one.leftMs);
  const live: Live = { host, become, tx, until, ...(machineId === undefined ? {} : { machineId }) };
  const known = yield* askUntilKnown(live, ports);
  if (known.kind === 'unknown') return { outcome: 'unknown', reason: known.failure };
  const { standing } = known;
  if (standing.state === 'confirmed') return { outcome: one.rollback ? 'rolled-back' : 'fixed' };
  if (standing.state === 'none' && one.begun) return endOfForgotten(one, ports);
  if (standing.state === 'none') return { outcome: one.rollback ? 'failed' : 'skipped', reason: NEVER_BEGUN };
  if (standing.state !== 'applied') return afterwards(one, endOf(changes, standing, CUT_OFF, one.results));
  if (one.rollback) return yield* rollbackKept(one, live, ports);
  if (verify) return yield* verifiedAndSettled({ host, changes, verify }, live, ports);
  return yield* takenBack(
    { changes, results: allDone(changes) },
    live,
    { code: 'interrupted', message: 'the run was cut off, and it cannot be verified any more' },
    ports,
  );
}

const CUT_OFF: Failure = { code: 'interrupted', message: 'the run was cut off' };
const NEVER_BEGUN: Failure = {
  code: 'interrupted',
  message: 'the run was cut off before the host had begun; nothing was changed on it, and nothing will be',
};

async function* rollbackKept(one: Unsettled, live: Live, ports: Ports): AsyncGenerator<EventBody, End> {
  await ports.fleet.close(one.host);
  const known = yield* settle(live, 'confirm', ports);
  if (known.kind === 'unknown') return { outcome: 'unknown', reason: known.failure };
  if (known.standing.state === 'confirmed') return { outcome: 'rolled-back' };
  return afterwards(one, endOf(one.changes, known.standing, CUT_OFF, allDone(one.changes)));
}

/** A rollback that was itself taken back has not done what it was for. */
function afterwards({ rollback }: Unsettled, end: End): End {
  return rollback && end.outcome === 'rolled-back' ? { ...end, outcome: 'failed' } : end;
}
