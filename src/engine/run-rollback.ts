import type { Reader } from '../domain/access.ts';
import type { Change, FileChange } from '../domain/change.ts';
import type { EventBody } from '../domain/event.ts';
import { type Failure, HostFault } from '../domain/failure.ts';
import { sameFile } from '../domain/file.ts';
import type { Host } from '../domain/host.ts';
import type { HostPlan, Outcome } from '../domain/plan.ts';
import type { Rollout } from '../domain/runbook.ts';
import { cannotBeTakenBack, rollBackHost } from './execute-host.ts';
import { outcomeOfFault } from './fault-outcome.ts';
import { interleave } from './interleave.ts';
import { inverse, irreversible } from './inverse.ts';
import type { Ports } from './ports.ts';
import { rollOut } from './roll-out.ts';
import { asked, type EventBatches, type Finish, framed, type RunHead } from './run.ts';

/** What a run did to one host, or may have done. */
export interface Undoable {
  readonly host: Host;
  /** In the order in which they were carried out. */
  readonly changes: readonly Change[];
  /** Their receipt never came: they may have been done in part, or not at all. */
  readonly inDoubt: boolean;
  /** An undo of them was begun, and its receipt never came: they may be back in part. */
  readonly undoInDoubt: boolean;
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
};

/** A plan of inverses, through the same diff, confirmation, journal and stale checks as any change (law L3): `rollback`. */
export function rollBack(head: RunHead, undoables: readonly Undoable[], ports: Ports): EventBatches {
  const hosts = undoables.map(({ host }) => host);
  return framed(head, hosts, ports, rolledBack(undoables, ports));
}

async function* rolledBack(undoables: readonly Undoable[], ports: Ports): AsyncGenerator<readonly EventBody[], Finish> {
  const planned = new Map<string, PlannedUndo>();
  const begin = undoables.map(
    (one) =>
      async function* (): AsyncGenerator<EventBody, void> {
        const undo = await planUndo(one, ports);
        const { plan } = undo;
        planned.set(one.host.name, undo);
        yield { type: 'host.planned', host: one.host.name, plan };
        if (plan.outcome !== 'would-fix')
          yield { type: 'host.finished', host: one.host.name, outcome: plan.outcome, ...(plan.reason ? { reason: plan.reason } : {}) };
      },
  );
  yield* interleave(begin, ALL_TOGETHER.parallel, () => !ports.stop.aborted);
  const begun = undoables.flatMap(({ host }) => {
    const undo = planned.get(host.name);
    return undo?.plan.outcome === 'would-fix' ? [{ host, ...undo }] : [];
  });
  if (begun.length === 0 || ports.stop.aborted) return { declined: false };
  const questions = [...new Set(begun.flatMap(({ stays }) => stays))].map((what) => `cannot be taken back: ${what}`);
  const approval = yield* asked({ name: 'run', hosts: begun.map(({ host }) => host.name), questions, offersWaves: false }, ports);
  if (approval.answer !== 'yes') return { declined: true };
  const ready = begun.map(({ host, plan: { changes, become }, stays }) => ({
    name: host.name,
    begin: () => rollBackHost({ host, changes, become }, stays, ports),
  }));
  return yield* rollOut(ready, ALL_TOGETHER, { confirmWaves: false, aim: 'rolled-back' }, ports);
}

/** What would be put back on a host, and what is there that cannot be. */
interface PlannedUndo {
  readonly plan: HostPlan;
  readonly stays: readonly string[];
}

async function planUndo(undoable: Undoable, { fleet }: Ports): Promise<PlannedUndo> {
  const { host, changes, become, machineId } = undoable;
  const access = become === undefined ? {} : { become };
  const planOf = (outcome: Outcome, more: Partial<HostPlan> = {}): HostPlan => {
    return { host: host.name, outcome, steps: [], findings: [], unmet: [], changes: [], facts: {}, ...access, ...more };
  };
  try {
    const reader = await fleet.read(host, { become });
    const [facts, found] = await Promise.all([reader.facts(), Promise.all(changes.filter(isFile).map((c) => standing(reader, c)))]);
    if (machineId !== undefined && facts.machine_id !== machineId)
      return { plan: planOf('conflict', { facts, reason: anotherMachine(host, machineId, facts.machine_id) }), stays: [] };
    const foreign = found.filter(({ kind }) => kind === 'foreign');
    if (foreign.length > 0)
      return { plan: planOf('conflict', { facts, reason: editedSince(foreign.map(({ change }) => change.path)) }), stays: [] };
    const left = leftOf(undoable, new Set(found.filter(({ kind }) => kind === 'back').map(({ change }) => change)));
    const inverses = inverse(left);
    const stays = irreversible(left);
    if (inverses.length > 0) return { plan: planOf('would-fix', { facts, changes: inverses }), stays };
    return { plan: stays.length > 0 ? planOf('failed', { facts, reason: cannotBeTakenBack(stays) }) : planOf('healthy', { facts }), stays };
  } catch (error) {
    if (!(error instanceof HostFault)) throw error;
    return { plan: planOf(outcomeOfFault(error.failure), { reason: error.failure }), stays: [] };
  }
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
function leftOf({ changes, inDoubt, undoInDoubt }: Undoable, back: ReadonlySet<Change>): readonly Change[] {
  const left = changes.filter((change) => !back.has(change));
  // Only files can be asked; whether an undo came to what follows them is not known, so all of that is done again.
  if (undoInDoubt) return left;
  // Files are changed first: where one was not, the transaction never came to what follows them.
  if (inDoubt && back.size > 0) return left.some(isFile) ? left.filter((change) => isFile(change) || change.kind === 'trigger') : [];
  return left.some(hasStateToPutBack) ? left : [];
}

/** A restart has none where the unit was up before: it is only needed where something else is put back. */
function hasStateToPutBack(change: Change): boolean {
  return change.kind !== 'trigger' || (change.action === 'restart' && change.before?.active === false);
}

/** A changed file now: as the change left it, as it was before, or edited by somebody else since. */
async function standing(
  reader: Reader,
  change: FileChange,
): Promise<{ readonly kind: 'done' | 'back' | 'foreign'; readonly change: FileChange }> {
  const now = await reader.file(change.path).catch(whatIsNoFile);
  if (now === 'no file') return { kind: 'foreign', change };
  if (sameFile(now, change.after)) return { kind: 'done', change };
  return { kind: sameFile(now, change.before) ? 'back' : 'foreign', change };
}

/** Something that is no regular file has taken the place of one. */
function whatIsNoFile(fault: unknown): 'no file' {
  if (fault instanceof HostFault && fault.failure.code === 'not-regular-file') return 'no file';
  throw fault;
}

function isFile(change: Change): change is FileChange {
  return change.kind === 'file';
}
