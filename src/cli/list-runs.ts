import { join } from 'node:path';
import type { RunKind } from '../domain/event.ts';
import { fail, ok, type Result } from '../domain/failure.ts';
import type { Outcome } from '../domain/plan.ts';
import type { SignatureState } from '../domain/signature.ts';
import { findRun } from '../journal/run-archive.ts';
import { outcomeWords } from '../ui/outcome-words.ts';
import { hanging } from '../ui/page.ts';
import { type RunState, type RunSummary, runSummary } from '../views/run-summary.ts';
import type { WantedRuns } from '../views/wanted-run.ts';
import type { CommonOptions } from './options.ts';
import { readRules } from './plan-policy.ts';
import { pointInTime } from './point-in-time.ts';
import { endSignature } from './run-signature.ts';
import { type Screen, screenOf } from './screen.ts';
import { type RunsQuery, type ToldRun, toldRuns } from './told-runs.ts';
import { stateDirectory, type World } from './world.ts';

/** Options of `runs`. */
export interface RunsOptions extends CommonOptions {
  readonly runbook?: string;
  readonly host?: string;
  readonly outcome?: Outcome;
  readonly kind?: RunKind;
  readonly since?: string;
  readonly until?: string;
  readonly last?: number;
  readonly verify?: true;
}

interface Row extends Omit<RunSummary, 'state'> {
  readonly state: RunState | 'under-way';
  /** Its process still runs. */
  readonly live: boolean;
  /** Hosts whose transaction was announced, and of which nobody has recorded how it ended. */
  readonly inDoubt: readonly string[];
  readonly damage?: string;
  /** Only where it was asked for, and of a run that is not under way. */
  readonly signature?: SignatureState;
}

/**
 * Prints runs, newest first; `name`: only that one. A journal that cannot be read is told of, and does not hide the others. Where they are
 * verified, a damaged journal or a signature that does not hold is exit code 1; a run that nobody signed is only called so.
 */
export async function listRuns(world: World, options: RunsOptions, name?: string): Promise<number> {
  const screen = screenOf(world, options);
  const runsDirectory = join(stateDirectory(world, options.stateDir), 'runs');
  const wanted = wantedRuns(options, Date.now());
  if (!wanted.ok) return screen.refuse(wanted.failure);
  const { last } = options;
  if (name !== undefined && (last !== undefined || Object.keys(wanted.value).length > 0))
    return screen.refuse({
      code: 'bad-input',
      message: `run ${name} is one run: there is nothing to choose among`,
      hint: 'leave RUN or the filters out',
    });
  const only = name === undefined ? ok(undefined) : await findRun(runsDirectory, name);
  if (!only.ok) return screen.refuse(only.failure);
  const verify = options.verify === true;
  const rules = verify ? await readRules(world, screen) : undefined;
  const query: RunsQuery = {
    wanted: wanted.value,
    whole: verify,
    ...(only.value === undefined ? {} : { only: only.value }),
    ...(last === undefined ? {} : { last }),
  };
  let code = 0;
  const rows: Row[] = [];
  for await (const told of toldRuns(runsDirectory, query)) {
    if (told.how === 'unreadable') code = screen.refuse(told.failure);
    const row = rowOf(told);
    if (!row) continue;
    const signature = rules && told.how === 'whole' && !row.live ? await endSignature(world, rules, told.run) : undefined;
    rows.push(signature ? { ...row, signature } : row);
    if (verify && (row.damage !== undefined || signature?.state === 'bad')) code = 1;
  }
  if (options.json) screen.data(rows);
  else if (rows.length > 0) screen.print(rows.flatMap((row) => rowLines(screen, row)));
  else if (code === 0)
    screen.tell([Object.keys(wanted.value).length > 0 ? 'No run is as that.' : `No runs are kept in ${screen.err.say(runsDirectory)}.`]);
  return code;
}

function wantedRuns({ runbook, host, outcome, kind, since, until }: RunsOptions, now: number): Result<WantedRuns> {
  const from = since === undefined ? ok(undefined) : pointInTime('--since', since, now);
  if (!from.ok) return from;
  const to = until === undefined ? ok(undefined) : pointInTime('--until', until, now);
  if (!to.ok) return to;
  if (from.value && to.value && from.value.from >= to.value.to) return fail('bad-input', `--since ${since} is not before --until ${until}`);
  return ok({
    ...(runbook === undefined ? {} : { runbook }),
    ...(host === undefined ? {} : { host }),
    ...(outcome === undefined ? {} : { outcome }),
    ...(kind === undefined ? {} : { kind }),
    ...(from.value ? { since: from.value.from } : {}),
    ...(to.value ? { before: to.value.to } : {}),
  });
}

/** A run as a row; none for one that was ended before its first event, which has done nothing. */
function rowOf(told: ToldRun): Row | undefined {
  if (told.how === 'unreadable') return undefined;
  if (told.how === 'ends') return { ...told.summary, live: false, inDoubt: [] };
  const { id, events, later, live, damage, doubts } = told.run;
  const [started] = events;
  const summary = started?.type === 'run.started' ? runSummary(events, later) : undefined;
  if (!summary) return undefined;
  const state = live ? 'under-way' : summary.state;
  const wrong = damage ?? (summary.run === id ? undefined : `its directory ${id} is that of another run`);
  const hosts = [...new Set(doubts.map(({ host }) => host))];
  return { ...summary, state, live, inDoubt: hosts, ...(wrong === undefined ? {} : { damage: wrong }) };
}

function rowLines({ out }: Screen, row: Row): readonly string[] {
  const outcomes = Object.entries(row.outcomes).map(([outcome, number]) => `${number} ${outcomeWords(outcome as Outcome, row.kind)}`);
  const isBad = row.state === 'in-doubt' || row.signature?.state === 'bad';
  const what = row.of === undefined ? row.kind : `${row.kind} of ${row.of}`;
  const resume = `"runbook resume ${row.run}"`;
  const names = (hosts: readonly string[]) => hosts.map(out.say).join(', ');
  const words = [`${what} ${row.runbook}`, row.state.replace('-', ' '), outcomes.join(', '), `by ${row.operator}`];
  const remarks = [
    ...(row.inDoubt.length > 0 ? [`not known what became of ${names(row.inDoubt)}: ${resume} asks and settles them`] : []),
    ...(row.damage ? [out.say(row.damage)] : []),
    ...(row.signature ? [out.say(signatureWords(row.signature, row.damage === undefined))] : []),
  ];
  return [
    ...hanging(out, 0, `${row.run}  `, words.map(out.say).join('  '), isBad ? out.style.bad : undefined),
    ...remarks.flatMap((remark) => hanging(out, 2, '', remark)),
  ];
}

function signatureWords(signature: SignatureState, isWhole: boolean): string {
  const chain = isWhole ? 'its chain is whole, and ' : '';
  switch (signature.state) {
    case 'none':
      return `${chain}its end is not signed`;
    case 'good':
      return `${chain}its end is signed by ${signature.by}`;
    case 'bad':
      return `the signature over its end is not good: ${signature.why}`;
    case 'unchecked':
      return `${chain}${signature.why}`;
  }
}
