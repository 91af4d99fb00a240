import type { RunEvent, RunKind } from '../domain/event.ts';
import { OUTCOMES, type Outcome } from '../domain/plan.ts';
import { commandLine, giveAgain } from './command-line.ts';
import { groupByReason, type ReasonGroup } from './group-by-reason.ts';
import { isUnsettled, type RunBreach, type RunStarted, recordRun } from './run-record.ts';

/** A next step: what it is good for, and the exact command. */
export interface Advice {
  readonly why: string;
  readonly command: string;
}

/** How a run ended, for the last words on the screen and for reports. */
export interface Recap {
  readonly run: string;
  readonly kind: RunKind;
  readonly runbook: string;
  readonly interrupted: boolean;
  readonly declined: boolean;
  /** Why no further wave was begun, where it was not for the hosts alone. */
  readonly breach?: RunBreach;
  readonly closed?: string;
  /** Outcomes that occurred with their hosts, in {@link OUTCOMES}. */
  readonly counts: readonly { readonly outcome: Outcome; readonly hosts: readonly string[] }[];
  /** Why hosts ended as they did, where a reason is known. */
  readonly reasons: readonly ReasonGroup[];
  readonly next: readonly Advice[];
}

/** How the operator named what a run was about, for commands that go on with it. */
export interface Typed {
  /** The runbook's name or path. */
  readonly runbook?: string;
  /** Options that say where hosts and runs are found: `-i FILE`, `--state-dir DIR`. */
  readonly places?: readonly string[];
  /** Options of the runbook: `--hosts PATTERN`, `-e NAME=VALUE`. */
  readonly inputs?: readonly string[];
  /** `-l PATTERN`. */
  readonly limit?: readonly string[];
  /** Names of sensitive inputs, which are to be given again. */
  readonly secrets?: readonly string[];
}

/** Sums up a run's events; `undefined` when the first is not among them. */
export function recap(events: Iterable<RunEvent>, typed: Typed = {}): Recap | undefined {
  const record = recordRun(events);
  if (!record.started) return undefined;
  const { run, kind, runbook } = record.started;
  const hosts = (outcome: Outcome) => record.endings.filter((ending) => ending.outcome === outcome).map(({ host }) => host);
  return {
    run,
    kind,
    runbook,
    interrupted: record.interrupted || !record.finished,
    declined: record.declined,
    ...(record.breach ? { breach: record.breach } : {}),
    ...(record.closed === undefined ? {} : { closed: record.closed }),
    counts: OUTCOMES.map((outcome) => ({ outcome, hosts: hosts(outcome) })).filter((count) => count.hosts.length > 0),
    reasons: groupByReason(record.endings.filter(({ reason }) => reason !== undefined)),
    next: adviceFor(record.started, hosts, record.transactions.some(isUnsettled), typed),
  };
}

function adviceFor(
  { run, kind, runbook, runbookSha256, of }: RunStarted,
  hosts: (outcome: Outcome) => readonly string[],
  unsettled: boolean,
  { runbook: name = runbook, places = [], inputs = [], limit = [], secrets = [] }: Typed,
): readonly Advice[] {
  const next: Advice[] = [];
  const advise = (when: boolean, why: string, ...words: readonly string[]) => {
    const lacks = secrets.length > 0 && words[0] !== 'rollback' && words[0] !== 'report' ? `; ${giveAgain(secrets)}` : '';
    if (when) next.push({ why: why + lacks, command: commandLine(['runbook', ...words]) });
  };
  const again = (command: string, narrowed: readonly string[]) => [command, name, ...places, ...inputs, ...narrowed];
  const some = (outcome: Outcome) => hosts(outcome).length > 0;
  const only = (outcomes: readonly Outcome[]) => limitTo(outcomes.flatMap(hosts), limit);
  const amiss = TROUBLED[kind].filter(some);

  advise(kind === 'diagnose' && some('would-fix'), 'see what would be changed', ...again('plan', limit));
  advise(kind === 'plan' && some('would-fix'), 'make these changes', ...again('apply', limit));
  advise(some('stale'), 'plan again: these hosts changed in between', ...again('plan', only(['stale'])));
  // Of a run that had no runbook, `unlock HOST`, its name is the command.
  const look = runbookSha256 === '' ? [...runbook.split(' '), ...places] : again('diagnose', only(amiss));
  advise(amiss.length > 0, 'see how these stand now', ...look);
  advise(unsettled, 'ask these how they stand, and finish or take back', 'resume', run, ...places);
  advise(kind === 'apply' && LEFT.some(some), 'go on with those not begun', ...again('apply', only(LEFT)));
  advise(kind === 'rollback' && LEFT.some(some) && of !== undefined, 'go on with those not begun', 'rollback', of ?? '', ...places);
  advise(kind === 'apply' && some('fixed') && !unsettled, 'take the changes back', 'rollback', run, ...places);
  advise(
    (kind === 'apply' || kind === 'rollback') && CHANGED.some(some),
    'what happened, as a page for others',
    'report',
    run,
    ...stateIn(places),
  );
  return next;
}

/** Of the places, the one that every command takes. */
function stateIn(places: readonly string[]): readonly string[] {
  const at = places.indexOf('--state-dir');
  return at < 0 ? [] : places.slice(at, at + 2);
}

/** Hosts that the run was for, and did not come to. */
const LEFT: readonly Outcome[] = ['skipped', 'would-fix'];

/** Outcomes after which another look at the host says more. */
const AFTER_CHANGES: readonly Outcome[] = ['unknown', 'failed', 'conflict', 'unreachable'];
/** Outcomes of which others may want to know; a run that only looks leaves no record. */
const CHANGED: readonly Outcome[] = ['fixed', 'rolled-back', ...AFTER_CHANGES.filter((outcome) => outcome !== 'unreachable')];
const TROUBLED: Readonly<Record<RunKind, readonly Outcome[]>> = {
  diagnose: ['unreachable'],
  plan: ['unreachable', 'other-cause'],
  apply: [...AFTER_CHANGES, 'rolled-back', 'other-cause'],
  rollback: AFTER_CHANGES,
};

/** More names than this make a command that nobody reads; the operator's own limit is used then. */
const NAMED = 8;

function limitTo(hosts: readonly string[], limit: readonly string[]): readonly string[] {
  return hosts.length <= NAMED ? ['-l', hosts.join(',')] : limit;
}
