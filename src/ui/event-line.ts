import type { Change } from '../domain/change.ts';
import { showDuration } from '../domain/duration.ts';
import type { Missed, RunEvent, RunKind } from '../domain/event.ts';
import type { HostPlan } from '../domain/plan.ts';
import type { Unmet } from '../domain/step.ts';
import type { TransactionState } from '../domain/transaction.ts';
import { count } from '../formats/count.ts';
import { foldNames } from './names.ts';
import { outcomeWords } from './outcome-words.ts';
import type { Page } from './page.ts';

/**
 * One event in a few words that are safe to show, for a log of what happens; `undefined` for an event that says nothing
 * to a reader by itself. The host is not named in it where the event has one. `kind` is the run's.
 */
export function eventLine(page: Page, event: RunEvent, kind: RunKind): string | undefined {
  switch (event.type) {
    case 'run.started':
      return `${event.kind} ${page.say(event.runbook)} on ${count(event.hosts.length, 'host')} (run ${page.say(event.run)}, by ${page.say(event.operator)})${event.overrides === undefined ? '' : `, overriding ${page.say(event.overrides)}`}`;
    case 'host.planned':
      return plannedWords(page, event.plan, kind);
    case 'approval.requested':
      return `asking whether to go on with ${count(event.hosts.length, 'host')}`;
    case 'approval.given':
      return `${page.say(event.by)} answered ${event.answer === 'wave' ? 'yes, and asks to be asked before each wave' : event.answer}`;
    case 'wave.started':
      return `wave ${event.wave} of ${event.of}${event.zone === undefined ? '' : ` in zone ${page.say(event.zone)}`}: ${foldNames(page, event.hosts)}`;
    case 'wave.finished':
      return `wave ${event.wave} ended: ${count(event.failures, 'failure')} so far, ${event.budget} allowed`;
    case 'host.started':
      return undefined;
    case 'transaction.intended':
      return `${event.rollback ? 'taking back' : 'changing'} ${event.changes.map((change) => page.say(changeName(change))).join(', ')}`;
    case 'transaction.finished':
      return unfinishedWords(page, event.results);
    case 'transaction.lost':
      return `not known whether the changes took place, asking the host: ${page.say(event.failure.message)}`;
    case 'confirm.intended':
      return undefined;
    case 'undo.intended':
      return 'taking back';
    case 'transaction.reported':
      return [reportedWords(event.state), ...event.remarks.map(page.say)].join('; ');
    case 'run.resumed':
      return `resumed by ${page.say(event.operator)}: ${count(event.hosts.length, 'host')} to settle`;
    case 'rollout.held':
      return `stopping: ${count(event.unconfirmed, 'host')}${event.group === undefined ? '' : ` of ${page.say(event.group)}`} changed and not known to be confirmed, ${event.maxUnavailable} allowed; ${count(event.notStarted.length, 'host')} not begun`;
    case 'rollout.paused':
      return `paused by ${page.say(event.by)}: ${count(event.notStarted.length, 'host')} not begun`;
    case 'rollout.continued':
      return 'continued';
    case 'rollout.closed':
      return `stopping: ${page.say(event.why)}; ${count(event.notStarted.length, 'host')} not begun`;
    case 'rollout.breached':
      return breachWords(event);
    case 'gate.checked':
      return event.verdict === 'pass'
        ? `gate after wave ${event.wave} passes`
        : `gate after wave ${event.wave}: ${missedWords(page, event.missed)}`;
    case 'verify.attempted':
      if (event.nothing) return 'verify asks nothing';
      return event.unmet.length === 0 ? 'verify holds' : `waiting: ${waitingWords(page, event.unmet)}`;
    case 'host.parked':
      return `does not answer, the others go on: ${page.say(event.failure.message)}`;
    case 'host.finished':
      return outcomeWords(event.outcome, kind) + (event.reason ? `: ${page.say(event.reason.message)}` : '');
    case 'budget.exceeded':
      return `stopping: ${count(event.failures, 'failure')}, ${event.budget} allowed; ${count(event.notStarted.length, 'host')} not begun`;
    case 'run.interrupted':
      return `interrupted by ${page.say(event.signal)}`;
    case 'run.finished':
      return `finished with exit code ${event.exitCode}`;
  }
}

/** A sentence without its numbers: seconds that pass are no news. */
export function gist(text: string): string {
  return text.replace(/\d+/g, '0');
}

const REPORTED: Readonly<Partial<Record<TransactionState, string>>> = {
  none: 'nothing was done, and nothing will be',
  confirmed: 'confirmed',
  applied: 'the changes took place',
  'rolled-back': 'is back as it was',
  rolling: 'cannot be taken back yet, and the host goes on trying',
  conflict: 'was edited by somebody else, and is left as it is',
};

function reportedWords(state: TransactionState): string {
  return REPORTED[state] ?? state;
}

/** What verify waits for, and for how long if that is known. */
export function waitingWords(page: Page, unmet: readonly Unmet[]): string {
  return unmet
    .map(({ what, pendingMs }) => page.say(what) + (pendingMs === undefined ? '' : ` (${showDuration(pendingMs)} to go)`))
    .join('; ');
}

function missedWords(page: Page, missed: readonly Missed[]): string {
  const byText = Map.groupBy(missed, ({ what }) => what);
  return [...byText].map(([what, all]) => gateWords(page, what, all)).join('; ');
}

function gateWords(page: Page, what: string, all: readonly Missed[]): string {
  const hosts = all.flatMap(({ host }) => host ?? []);
  const unknown = all.every(({ inconclusive }) => inconclusive) ? 'not known: ' : '';
  return `${unknown}${hosts.length > 0 ? `${foldNames(page, hosts)}: ` : ''}${page.say(what)}`;
}

function breachWords({ by, wave, rollBack, notStarted }: Extract<RunEvent, { type: 'rollout.breached' }>): string {
  const why = by === 'gate' ? `the gate after wave ${wave} does not pass` : `too many failures in wave ${wave}`;
  const back = rollBack.length === 0 ? '' : `; taking back ${count(rollBack.length, 'host')}`;
  return `stopping: ${why}; ${count(notStarted.length, 'host')} not begun${back}`;
}

function plannedWords(page: Page, plan: HostPlan, kind: RunKind): string {
  const why = plan.reason?.message ?? plan.unmet[0]?.what ?? (plan.outcome === 'would-fix' ? plan.findings[0]?.says : undefined);
  return outcomeWords(plan.outcome, kind) + (why === undefined ? '' : `: ${page.say(why)}`);
}

function unfinishedWords(page: Page, results: Extract<RunEvent, { type: 'transaction.finished' }>['results']): string | undefined {
  const done = results.filter(({ kind }) => kind === 'done').length;
  const stopped = results.find((result) => result.kind === 'stale' || result.kind === 'failed');
  if (!stopped) return undefined;
  return `${done} of ${count(results.length, 'change')} done: ${page.say(stopped.message)}`;
}

function changeName(change: Change): string {
  switch (change.kind) {
    case 'file':
      return change.path;
    case 'unit':
      return change.unit;
    case 'trigger':
      return change.unit === undefined ? change.action : `${change.action} ${change.unit}`;
    case 'command':
      return change.sensitive ? 'a sensitive command' : change.argv.join(' ');
  }
}
