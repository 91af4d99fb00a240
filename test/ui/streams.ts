import type { Change, FileChange } from '../../src/domain/change.ts';
import type { EventBody, RunEvent, RunKind } from '../../src/domain/event.ts';
import type { Failure } from '../../src/domain/failure.ts';
import { absent, contentOf, type FileState, withBytes } from '../../src/domain/file.ts';
import type { Finding } from '../../src/domain/finding.ts';
import type { HostPlan, Outcome, StepPlan } from '../../src/domain/plan.ts';
import type { ChangeResult, TransactionState } from '../../src/domain/transaction.ts';

/** 2026-11-22 08:05:00 UTC; each event comes one second after the one before. */
export const START = Date.UTC(2026, 10, 22, 8, 5, 0);

export const ENV_FILE = '/var/lib/kubelet/kubeadm-flags.env';

/** Stamps events one second apart. */
export function stamped(bodies: readonly EventBody[]): readonly RunEvent[] {
  return bodies.map((body, index) => ({ at: START + index * 1_000, ...body }));
}

export function started(
  kind: RunKind,
  hosts: readonly string[],
  more: { readonly of?: string; readonly runbook?: string; readonly runbookSha256?: string } = {},
): EventBody {
  return {
    type: 'run.started',
    run: '01RUN',
    kind,
    runbook: 'kubelet-bad-flag',
    runbookSha256: 'ab'.repeat(32),
    inputs: { unit: 'kubelet.service' },
    hosts,
    operator: 'ada',
    ...more,
  };
}

export function file(path: string, text: string, mode = 0o644): FileState {
  return withBytes(path, absent, Buffer.from(text), { mode });
}

export function fileChange(path: string, before: string, after: string, more: Partial<FileChange> = {}): FileChange {
  return { kind: 'file', path, before: file(path, before), after: file(path, after), says: [], sensitive: false, ...more };
}

/** The fix of the incident: one flag out of one line. `rest` makes it a different diff. */
export function flagRemoved(rest = '--v=2'): FileChange {
  return fileChange(ENV_FILE, `KUBELET_KUBEADM_ARGS="${rest} --improve-speed"\n`, `KUBELET_KUBEADM_ARGS="${rest}"\n`, {
    says: ['- --improve-speed in KUBELET_KUBEADM_ARGS'],
  });
}

export const RESTART: readonly Change[] = [
  { kind: 'trigger', action: 'reset-failed', unit: 'kubelet.service', says: [], sensitive: false },
  { kind: 'trigger', action: 'restart', unit: 'kubelet.service', says: [], sensitive: false },
];

export const CAUSE: Finding = {
  kind: 'cause',
  says: '--improve-speed is not a flag of /usr/bin/kubelet',
  at: `${ENV_FILE}:1`,
  evidence: ['failed to parse kubelet flag: unknown flag: --improve-speed'],
};
export const LOGGED: Finding = { kind: 'cause', says: 'kubelet does not know --improve-speed and exits', at: 'journal', evidence: [] };
export const GAVE_UP: Finding = {
  kind: 'symptom',
  says: 'systemd gave up starting kubelet after it had failed too often',
  evidence: [],
};
export const NO_KUBECONFIG: Finding = {
  kind: 'benign',
  says: 'kubectl was run without a kubeconfig; no error of the node',
  evidence: [],
};

export function plan(host: string, outcome: Outcome, more: Partial<HostPlan> = {}): HostPlan {
  return { host, outcome, steps: [], findings: [], unmet: [], changes: [], facts: {}, ...more };
}

const LATER: StepPlan = {
  id: 'healthz',
  phase: 'diagnose',
  uses: 'http.check',
  status: { kind: 'deferred', why: 'asked after the restart, in verify' },
  findings: [],
  unmet: [],
};

export function illPlan(host: string, changes: readonly Change[] = [flagRemoved(), ...RESTART]): HostPlan {
  return plan(host, 'would-fix', { findings: [CAUSE, LOGGED, GAVE_UP, NO_KUBECONFIG], changes, steps: [LATER] });
}

export const UNREACHABLE: Failure = {
  code: 'unreachable',
  message: 'no answer from lab-5 port 22 within 10 s',
  hint: 'see whether the host is up, and whether this machine may reach it',
};

/** Five hosts: two of them ill, one ill of something else, one not reached, one healthy. */
export const FLEET: readonly HostPlan[] = [
  plan('lab-1', 'healthy'),
  illPlan('lab-2'),
  plan('lab-3', 'other-cause', { unmet: [{ what: 'kubelet.service is not active, but failed' }] }),
  illPlan('lab-4'),
  plan('lab-5', 'unreachable', { reason: UNREACHABLE }),
];

function planned(plans: readonly HostPlan[]): readonly EventBody[] {
  return plans.map((each) => ({ type: 'host.planned', host: each.host, plan: each }));
}

function asFound({ host, outcome, reason }: HostPlan): EventBody {
  return { type: 'host.finished', host, outcome, ...(reason ? { reason } : {}) };
}

export const DONE: ChangeResult = { kind: 'done' };

const NOT_UP: Failure = { code: 'verify-failed', message: 'kubelet.service has been up for only 3 s', at: 'verify' };

/** How long the host waits to be confirmed, in ms. */
export const PATIENCE = 120_000;

/** The changes of one host, announced and answered; `rollback`: they take those of an earlier run back. */
export function transaction(
  host: string,
  rollback: boolean,
  changes: readonly Change[],
  results = changes.map(() => DONE),
  state: TransactionState = 'applied',
): readonly EventBody[] {
  const tx = txOf(host, rollback);
  return [
    { type: 'transaction.intended', host, tx, rollback, changes, undoAfterMs: PATIENCE },
    { type: 'transaction.finished', host, tx, results, state, remarks: [] },
  ];
}

/** A host is told to keep its changes, or to take them back, and says where it stands. */
export function settled(
  host: string,
  rollback: boolean,
  verb: 'confirm' | 'undo',
  state: TransactionState = verb === 'confirm' ? 'confirmed' : 'rolled-back',
): readonly EventBody[] {
  const tx = txOf(host, rollback);
  return [
    { type: `${verb}.intended`, host, tx },
    { type: 'transaction.reported', host, tx, state, remarks: [] },
  ];
}

/** The id of a host's transaction. */
export function txOf(host: string, rollback: boolean): string {
  return `${rollback ? 'undo' : 'do'}-${host}`;
}

const EDITED: Failure = { code: 'conflict', message: `${ENV_FILE} was edited by somebody else since`, hint: 'look at it' };

const FIX = [flagRemoved(), ...RESTART];

/** An apply in two waves: lab-2 is fixed, lab-4 does not hold and is rolled back. */
export const APPLY: readonly RunEvent[] = stamped([
  started('apply', ['lab-1', 'lab-2', 'lab-3', 'lab-4', 'lab-5']),
  ...planned(FLEET),
  ...FLEET.filter(({ outcome }) => outcome !== 'would-fix').map(asFound),
  { type: 'approval.requested', gate: 'run', hosts: ['lab-2', 'lab-4'], questions: [] },
  { type: 'approval.given', gate: 'run', answer: 'yes', by: 'ada' },
  { type: 'wave.started', wave: 1, of: 2, hosts: ['lab-2'] },
  { type: 'host.started', host: 'lab-2' },
  ...transaction('lab-2', false, FIX),
  { type: 'verify.attempted', host: 'lab-2', attempt: 1, unmet: [{ what: 'kubelet.service has been up for only 3 s', pendingMs: 17_000 }] },
  { type: 'verify.attempted', host: 'lab-2', attempt: 2, unmet: [] },
  ...settled('lab-2', false, 'confirm'),
  { type: 'host.finished', host: 'lab-2', outcome: 'fixed' },
  { type: 'wave.finished', wave: 1, failures: 0, budget: 0 },
  { type: 'wave.started', wave: 2, of: 2, hosts: ['lab-4'] },
  { type: 'host.started', host: 'lab-4' },
  ...transaction('lab-4', false, FIX),
  { type: 'verify.attempted', host: 'lab-4', attempt: 1, unmet: [{ what: 'kubelet.service has been up for only 3 s' }] },
  ...settled('lab-4', false, 'undo'),
  { type: 'host.finished', host: 'lab-4', outcome: 'rolled-back', reason: NOT_UP },
  { type: 'wave.finished', wave: 2, failures: 1, budget: 0 },
  { type: 'budget.exceeded', failures: 1, budget: 0, notStarted: [] },
  {
    type: 'run.finished',
    outcomes: { 'lab-1': 'healthy', 'lab-2': 'fixed', 'lab-3': 'other-cause', 'lab-4': 'rolled-back', 'lab-5': 'unreachable' },
    exitCode: 3,
  },
]);

/** The rollback of that apply: lab-2 is put back; somebody edited the file on lab-6. */
export const ROLLBACK: readonly RunEvent[] = stamped([
  started('rollback', ['lab-2', 'lab-6', 'lab-7'], { of: '01RUN' }),
  ...planned([plan('lab-2', 'would-fix', { changes: FIX }), plan('lab-6', 'conflict', { reason: EDITED }), plan('lab-7', 'healthy')]),
  { type: 'host.finished', host: 'lab-6', outcome: 'conflict', reason: EDITED },
  { type: 'host.finished', host: 'lab-7', outcome: 'healthy' },
  { type: 'approval.requested', gate: 'run', hosts: ['lab-2'], questions: [] },
  { type: 'approval.given', gate: 'run', answer: 'yes', by: 'ada' },
  { type: 'wave.started', wave: 1, of: 1, hosts: ['lab-2'] },
  { type: 'host.started', host: 'lab-2' },
  ...transaction('lab-2', true, FIX),
  ...settled('lab-2', true, 'confirm'),
  { type: 'host.finished', host: 'lab-2', outcome: 'rolled-back' },
  { type: 'wave.finished', wave: 1, failures: 0, budget: 1 },
  { type: 'run.finished', outcomes: { 'lab-2': 'rolled-back', 'lab-6': 'conflict', 'lab-7': 'healthy' }, exitCode: 3 },
]);

/** Text with all that a terminal would act upon: ESC, OSC 52, C1, bidi, CR, and a fake line of ours. */
export const HOSTILE = '\x1b[2J\x1b]52;c;cm0=\x07 \u009b31m \u202etxt.exe\r✓ all well';

/** Four hundred hosts with three different diffs: 1, 2 and 397 of them. */
export function bigFleet(): readonly HostPlan[] {
  return Array.from({ length: 400 }, (_, index) => {
    const rest = index === 7 ? '--v=9' : index === 30 || index === 31 ? '--v=4' : '--v=2';
    return illPlan(`node-${index + 1}`, [flagRemoved(rest), ...RESTART]);
  });
}

/** The digest of a text's bytes. */
export function sha256(text: string): string {
  return contentOf(Buffer.from(text)).sha256;
}
