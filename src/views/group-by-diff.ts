import type { Change } from '../domain/change.ts';
import { type FileState, fingerprint } from '../domain/file.ts';
import type { HostPlan, StepPlan } from '../domain/plan.ts';

/** Hosts to which exactly the same would be done. */
export interface DiffGroup {
  readonly changes: readonly Change[];
  /** In the order of the plans given. */
  readonly hosts: readonly string[];
  /** Steps that are not carried out as written: skipped, deferred, or failed where they may, with why. */
  readonly leftOut: readonly StepPlan[];
}

/** Groups hosts by identical changes (paths, digests and attributes before and after, and what they say), the smallest group first. */
export function groupByDiff(plans: readonly HostPlan[]): readonly DiffGroup[] {
  const groups = Map.groupBy(plans, (plan) =>
    JSON.stringify([plan.changes.map(identity), leftOut(plan).map(({ id, status }) => [id, status])]),
  );
  return [...groups.values()]
    .map((same) => {
      const [first] = same;
      return { changes: first?.changes ?? [], hosts: same.map((plan) => plan.host), leftOut: first ? leftOut(first) : [] };
    })
    .sort((a, b) => a.hosts.length - b.hosts.length);
}

function leftOut(plan: HostPlan): readonly StepPlan[] {
  return plan.steps.filter(({ status }) => status.kind === 'skipped' || status.kind === 'deferred' || status.kind === 'failed');
}

/** What makes two changes the same; contents count by digest, modification times do not count. */
export function identity(change: Change): unknown {
  switch (change.kind) {
    case 'file':
      return ['file', change.path, fileIdentity(change.before), fileIdentity(change.after), change.says, change.sensitive];
    case 'unit':
      return ['unit', change.unit, change.before, change.after, change.says];
    case 'trigger':
      return ['trigger', change.action, change.unit ?? '', change.says];
    case 'command':
      return ['command', change.argv, change.undo, change.says, change.sensitive];
  }
}

function fileIdentity(state: FileState): string {
  return state.kind === 'absent' ? 'absent' : `${state.content.sha256} ${fingerprint(state)} ${state.realPath}`;
}
