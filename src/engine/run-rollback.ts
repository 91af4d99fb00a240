import type { Reader } from '../domain/access.ts';
import type { Change, FileChange } from '../domain/change.ts';
import type { EventBody } from '../domain/event.ts';
import { HostFault } from '../domain/failure.ts';
import { sameFile } from '../domain/file.ts';
import type { Host } from '../domain/host.ts';
import type { HostPlan, Outcome } from '../domain/plan.ts';
import type { Rollout } from '../domain/runbook.ts';
import { rollBackHost } from './execute-host.ts';
import { interleave } from './interleave.ts';
import { inverse } from './inverse.ts';
import type { Ports } from './ports.ts';
import { rollOut } from './roll-out.ts';
import { asked, type EventBatches, type Finish, framed, type RunHead } from './run.ts';

/** What a run did to one host, or may have done. */
export interface Undoable {
  readonly host: Host;
  /** In the order in which they were carried out. */
  readonly changes: readonly Change[];
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
  const plans = new Map<string, HostPlan>();
  const begin = undoables.map(
    (one) =>
      async function* (): AsyncGenerator<EventBody, void> {
        const plan = await planUndo(one, ports);
        plans.set(one.host.name, plan);
        yield { type: 'host.planned', host: one.host.name, plan };
        if (plan.outcome !== 'would-fix')
          yield { type: 'host.finished', host: one.host.name, outcome: plan.outcome, ...(plan.reason ? { reason: plan.reason } : {}) };
      },
  );
  yield* interleave(begin, ALL_TOGETHER.parallel, () => !ports.stop.aborted);
  const ready = undoables.flatMap(({ host }) => {
    const plan = plans.get(host.name);
    return plan?.outcome === 'would-fix' ? [{ name: host.name, begin: () => rollBackHost(host, plan.changes, ports) }] : [];
  });
  if (ready.length === 0 || ports.stop.aborted) return { declined: false };
  const approval = yield* asked({ name: 'run', hosts: ready.map(({ name }) => name), questions: [], offersWaves: false }, ports);
  if (approval.answer !== 'yes') return { declined: true };
  return yield* rollOut(ready, ALL_TOGETHER, false, ports);
}

async function planUndo({ host, changes }: Undoable, { fleet }: Ports): Promise<HostPlan> {
  try {
    const reader = await fleet.read(host);
    const [facts, found] = await Promise.all([
      reader.facts(),
      Promise.all(changes.filter((c) => c.kind === 'file').map((c) => standing(reader, c))),
    ]);
    const foreign = found.filter(({ kind }) => kind === 'foreign');
    if (foreign.length > 0) {
      const message = `${foreign.map(({ change }) => change.path).join(', ')} was edited by somebody else since; nothing was changed`;
      return planOf(host, 'conflict', [], facts, { reason: { code: 'conflict', message, hint: 'look at it, and put it right by hand' } });
    }
    // What is back already needs no change, and a restart only where something else is put back.
    const back = new Set(found.filter(({ kind }) => kind === 'back').map(({ change }) => change as Change));
    const files = changes.filter((c) => c.kind === 'file');
    const nothing = files.length > 0 && back.size === files.length;
    const inverses = nothing ? [] : inverse(changes.filter((change) => !back.has(change)));
    return planOf(host, inverses.length > 0 ? 'would-fix' : 'healthy', inverses, facts, {});
  } catch (error) {
    if (!(error instanceof HostFault)) throw error;
    return planOf(host, error.failure.code === 'become' ? 'failed' : 'unreachable', [], {}, { reason: error.failure });
  }
}

/** A changed file now: as the change left it, as it was before, or edited by somebody else since. */
async function standing(
  reader: Reader,
  change: FileChange,
): Promise<{ readonly kind: 'done' | 'back' | 'foreign'; readonly change: FileChange }> {
  const now = await reader.file(change.path);
  if (sameFile(now, change.after)) return { kind: 'done', change };
  return { kind: sameFile(now, change.before) ? 'back' : 'foreign', change };
}

function planOf(
  host: Host,
  outcome: Outcome,
  changes: readonly Change[],
  facts: HostPlan['facts'],
  more: Pick<HostPlan, 'reason'>,
): HostPlan {
  return { host: host.name, outcome, ...more, steps: [], findings: [], unmet: [], changes, facts };
}
