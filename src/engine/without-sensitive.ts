import { type Change, realPathOf } from '../domain/change.ts';
import type { DeniedRead } from '../domain/denied.ts';
import type { Failure } from '../domain/failure.ts';
import { bytesToText } from '../domain/file.ts';
import type { StepPlan, StepStatus } from '../domain/plan.ts';
import type { Step } from '../domain/runbook.ts';

const HIDDEN = 'hidden, the step is sensitive';

/**
 * A step's plan as it may be shown and kept. Of a sensitive step, nothing that was read or evaluated is told; of a file that
 * not everybody may read, not what its change says, whatever the step.
 */
export function withoutSensitive(step: Step, plan: StepPlan): StepPlan {
  if (!step.sensitive) return { ...plan, status: withChanges(plan.status, guarded) };
  return {
    ...plan,
    status: withoutReason(withChanges(plan.status, hidden)),
    findings: plan.findings.map(({ kind }) => ({ kind, says: `${step.id}: ${HIDDEN}`, evidence: [] })),
    ...(plan.denied === undefined ? {} : { denied: plan.denied.map((denied) => ({ ...denied, ...hiddenRead(denied) })) }),
    unmet: plan.unmet.map((unmet) => ({ ...unmet, what: `${step.id} does not find what it expects: ${HIDDEN}` })),
  };
}

/**
 * The plan of a remediate step that may hold values which must not be shown: a change whose bytes or words hold one is sensitive, with its
 * other side, which may be the value before. One whose path or unit does is refused: names stand in journals, and on hosts.
 */
export function withoutSecretValues(step: Step, plan: StepPlan, isSecret: (text: string) => boolean): StepPlan {
  if (plan.status.kind !== 'planned') return plan;
  const named = plan.status.changes.flatMap((change) => namesIn(change)).some(isSecret);
  if (named) {
    const message = 'the name of what it would change holds the value of a sensitive input, which would be in journals and on hosts';
    return { ...plan, status: { kind: 'failed', failure: { code: 'bad-params', message, hint: `name it otherwise in step ${step.id}` } } };
  }
  return { ...plan, status: withChanges(plan.status, (change) => (textsIn(change).some(isSecret) ? hidden(change) : change)) };
}

function namesIn(change: Change): readonly string[] {
  if (change.kind === 'file') return [realPathOf(change), change.path];
  return 'unit' in change && change.unit !== undefined ? [change.unit] : [];
}

function textsIn(change: Change): readonly string[] {
  switch (change.kind) {
    case 'file': {
      const states = [change.before, change.after];
      return [...change.says, ...states.flatMap((state) => (state.kind === 'file' ? [bytesToText(state.content.bytes)] : []))];
    }
    case 'command':
      return [...change.says, ...change.argv, ...('argv' in change.undo ? change.undo.argv : [change.undo.irreversible])];
    case 'unit':
    case 'trigger':
      return change.says;
  }
}

/** Which file or directory it was stands in the failure as well; the words of a command line may be the secret. */
function hiddenRead({ read }: DeniedRead): Omit<DeniedRead, 'instead'> {
  return { read: read.kind === 'probe' ? { kind: 'probe', argv: [HIDDEN] } : read, why: HIDDEN };
}

function withChanges(status: StepStatus, each: (change: Change) => Change): StepStatus {
  return status.kind === 'planned' ? { ...status, changes: status.changes.map(each) } : status;
}

function withoutReason(status: StepStatus): StepStatus {
  return status.kind === 'failed' ? { kind: 'failed', failure: concealed(status.failure) } : status;
}

function concealed({ code, at }: Failure): Failure {
  return { code, message: `it did not succeed; why is ${HIDDEN}`, ...(at === undefined ? {} : { at }) };
}

function guarded(change: Change): Change {
  if (change.kind !== 'file') return change;
  const states = [change.before, change.after];
  return states.some((state) => state.kind === 'file' && (state.attributes.mode & 0o004) === 0) ? hidden(change) : change;
}

function hidden(change: Change): Change {
  return { ...change, sensitive: true, says: change.says.length > 0 ? ['~ hidden: sensitive'] : [] };
}
