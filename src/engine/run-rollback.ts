import type { Change } from '../domain/change.ts';
import type { EventBody } from '../domain/event.ts';
import { type Failure, HostFault } from '../domain/failure.ts';
import type { Host } from '../domain/host.ts';
import { inverse, irreversible } from '../domain/inverse.ts';
import type { HostPlan, Outcome } from '../domain/plan.ts';
import type { Rollout } from '../domain/runbook.ts';
import { isSettled, type TransactionReport } from '../domain/transaction.ts';
import { undoAfterMs } from '../domain/undo-time.ts';
import { cannotBeTakenBack, ended, rollBackHost, takenBack } from './execute-host.ts';
import { outcomeOfFault } from './fault-outcome.ts';
import { filesNow } from './files-now.ts';
import { interleave } from './interleave.ts';
import type { Ports } from './ports.ts';
import { rollOut } from './roll-out.ts';
import { asked, type EventBatches, type Finish, framed, type RunHead } from './run.ts';
import type { Live } from './settle.ts';

/** What a run did to one host, or may have done. */
export interface Undoable {
  readonly host: Host;
  readonly tx: string;
  /** In the order in which they were carried out. */
  readonly changes: readonly Change[];
  /** The run's record does not say that the host confirmed it: the host is asked. */
  readonly unsettled: boolean;
  /** The run's record says that the host had begun it: no record on the host says nothing against that. */
  readonly begun?: true;
  /** A rollback of it that is not settled by the record: the host is asked of it too. */
  readonly undoing?: string;
  /** The privilege with which they were made; absent: that of the inventory. */
  readonly become?: boolean;
  /** The machine that was changed; another one behind the same name or address is left alone. */
  readonly machineId?: string;
}

/** Rolls all hosts back together; a host that fails does not keep the others from being put back. */
const ALL_TOGETHER: Rollout = {
  waves: [{ percent: 100 }],
  bakeMs: 0,
  maxFailures: { percent: 100 },
  confirm: 'run',
  verifyTimeoutMs: 0,
  verifyEveryMs: 0,
  parallel: 25,
  onBreach: 'stop',
  recheck: false,
  jitterMs: 0,
  commitConfirmMs: 120_000,
};

/**
 * A plan of inverses, through the same diff, confirmation, journal and stale checks as any change (law L3): `rollback`.
 * `patience`: how long a host waits to be confirmed, where the operator says so.
 */
export function rollBack(head: RunHead, undoables: readonly Undoable[], ports: Ports, patience: Patience = {}): EventBatches {
  const hosts = undoables.map(({ host }) => host);
  return framed(head, hosts, ports, rolledBack(undoables, ports, { ...ALL_TOGETHER, ...patience }));
}

type Patience = Partial<Pick<Rollout, 'commitConfirmMs'>>;

async function* rolledBack(undoables: readonly Undoable[], ports: Ports, rollout: Rollout): AsyncGenerator<readonly EventBody[], Finish> {
  const planned = new Map<string, PlannedUndo>();
  const begin = undoables.map(
    (one) =>
      async function* (): AsyncGenerator<EventBody, void> {
        const undo = await planUndo(one, ports);
        const { plan } = undo;
        planned.set(one.host.name, undo);
        for (const { tx, state, remarks } of undo.reports) yield { type: 'transaction.reported', host: one.host.name, tx, state, remarks };
        yield { type: 'host.planned', host: one.host.name, plan };
        if (plan.outcome !== 'would-fix')
          yield { type: 'host.finished', host: one.host.name, outcome: plan.outcome, ...(plan.reason ? { reason: plan.reason } : {}) };
      },
  );
  yield* interleave(
    begin,
    () => rollout.parallel,
    () => !ports.stop.aborted,
  );
  const begun = undoables.flatMap(({ host }) => {
    const undo = planned.get(host.name);
    return undo?.plan.outcome === 'would-fix' ? [{ host, ...undo }] : [];
  });
  if (begun.length === 0 || ports.stop.aborted) return { declined: false };
  const questions = [...new Set(begun.flatMap(({ stays }) => stays))].map((what) => `cannot be taken back: ${what}`);
  const hosts = begun.map(({ host }) => host.name);
  const approval = yield* asked({ name: 'run', hosts, questions, waves: [hosts.length], offersWaves: false }, ports);
  if (approval.answer !== 'yes') return { declined: true };
  const ready = begun.map(({ host, plan: { changes, become }, stays, live }) => ({
    name: host.name,
    async *begin() {
      if (live) yield* ended(host, takenBack(live, { ...live, until: ports.clock.elapsed() }, undefined, ports));
      else yield* rollBackHost({ host, changes, become, undoAfterMs: undoAfterMs(rollout, changes) }, stays, ports);
      await ports.fleet.close(host);
    },
  }));
  return yield* rollOut(ready, rollout, { confirmWaves: false, aim: 'rolled-back' }, ports);
}

/** What would be put back on a host, and what is there that cannot be. */
interface PlannedUndo {
  readonly plan: HostPlan;
  readonly stays: readonly string[];
  /** The host has not settled the transaction yet, and takes it back by itself. */
  readonly live?: Omit<Live, 'until'> & { readonly changes: readonly Change[] };
  /** What the host said of transactions that the record does not settle. */
  readonly reports: readonly Report[];
}

type Report = TransactionReport & { readonly tx: string };

async function planUndo(undoable: Undoable, { fleet }: Ports): Promise<PlannedUndo> {
  const { host, tx, changes, become, machineId, unsettled, undoing } = undoable;
  const access = become === undefined ? {} : { become };
  let reports: readonly Report[] = [];
  const planned = (outcome: Outcome, plan: Partial<HostPlan>, more: Partial<PlannedUndo> = {}): PlannedUndo => {
    const all = { host: host.name, outcome, steps: [], findings: [], unmet: [], changes: [], facts: {}, ...access, ...plan };
    return { plan: all, stays: [], reports, ...more };
  };
  try {
    const reader = await fleet.read(host, { become });
    const asked = async (id: string): Promise<Report> => ({ ...(await reader.transaction(id)), tx: id });
    const [facts, report, undo] = await Promise.all([
      reader.facts(),
      unsettled ? asked(tx) : undefined,
      undoing ? asked(undoing) : undefined,
    ]);
    if (machineId !== undefined && facts.machine_id !== machineId)
      return planned('conflict', { facts, reason: anotherMachine(host, machineId, facts.machine_id) });
    reports = [report, undo].flatMap((each) => (each && each.state !== 'none' ? [each] : []));
    if (undo && !isSettled(undo.state)) return planned('failed', { facts, reason: beingUndone(undo) });
    if (report?.state === 'rolled-back' || undo?.state === 'confirmed') return planned('healthy', { facts });
    if (report && !isSettled(report.state))
      return planned(
        'would-fix',
        { facts, changes: inverse(changes) },
        { stays: irreversible(changes), live: { host, become, tx, changes } },
      );
    const found = await filesNow(reader, changes);
    const foreign = found.filter(({ kind }) => kind === 'foreign');
    if (foreign.length > 0) return planned('conflict', { facts, reason: editedSince(foreign.map(({ change }) => change.path)) });
    const back = new Set(found.filter(({ kind }) => kind === 'back').map(({ change }) => change));
    const forgotten = report?.state === 'none' ? [report] : [];
    // A host that has no record of it has done nothing, unless its record was lost: then its files tell.
    const neverBegun = forgotten.length > 0 && !undoable.begun && back.size === found.length;
    if (neverBegun) return planned('healthy', { facts }, { reports: [...reports, ...forgotten] });
    const left = leftOf(changes, back);
    const [inverses, stays] = [inverse(left), irreversible(left)];
    if (inverses.length > 0) return planned('would-fix', { facts, changes: inverses }, { stays });
    return stays.length > 0
      ? planned('failed', { facts, reason: cannotBeTakenBack(stays) }, { stays })
      : planned('healthy', { facts }, { reports: [...reports, ...forgotten] });
  } catch (error) {
    if (!(error instanceof HostFault)) throw error;
    return planned(outcomeOfFault(error.failure), { reason: error.failure });
  }
}

function beingUndone({ state }: Report): Failure {
  const message = `an earlier rollback of it is not settled (${state}), and would come between; nothing was changed`;
  return { code: 'locked', message, hint: 'settle that one first: runbook resume RUN' };
}

function anotherMachine({ name }: Host, expected: string, found: string): Failure {
  const message = `${name} is another machine than the one that was changed: machine-id ${found}, not ${expected}; nothing was changed`;
  return { code: 'conflict', message, hint: 'does the inventory name the right address?' };
}

function editedSince(paths: readonly string[]): Failure {
  const message = `${paths.join(', ')} was edited by somebody else since; nothing was changed`;
  return { code: 'conflict', message, hint: 'look at it, and put it right by hand' };
}

/** What of the changes is still to be taken back, given the files that are as they were before. */
function leftOf(changes: readonly Change[], back: ReadonlySet<Change>): readonly Change[] {
  const left = changes.filter((change) => !back.has(change));
  return left.some(hasStateToPutBack) ? left : [];
}

/** A restart has none where the unit was up before: it is only needed where something else is put back. */
function hasStateToPutBack(change: Change): boolean {
  return change.kind !== 'trigger' || (change.action === 'restart' && change.before?.active === false);
}
