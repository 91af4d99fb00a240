import { join } from 'node:path';
import { ok } from '../domain/failure.ts';
import type { Outcome } from '../domain/plan.ts';
import type { SignatureState } from '../domain/signature.ts';
import { findRun } from '../journal/run-archive.ts';
import { outcomeWords } from '../ui/outcome-words.ts';
import { hanging } from '../ui/page.ts';
import { type RunState, type RunSummary, runSummary } from '../views/run-summary.ts';
import { type KeptRun, keptRuns } from './kept-runs.ts';
import type { CommonOptions } from './options.ts';
import { readRules } from './plan-policy.ts';
import { endSignature } from './run-signature.ts';
import { type Screen, screenOf } from './screen.ts';
import { stateDirectory, type World } from './world.ts';

/** Which runs are wanted, and what of them. */
export interface RunsQuery {
  /** A run's id, or an unambiguous beginning of it; absent: all. */
  readonly run?: string;
  /** Whether to check the signatures over their ends. */
  readonly verify: boolean;
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
 * Prints runs, newest first. A journal that cannot be read is told of, and does not hide the others. Where they are verified, a damaged
 * journal or a signature that does not hold is exit code 1; a run that nobody signed is only called so.
 */
export async function listRuns(world: World, options: CommonOptions, { run: name, verify }: RunsQuery): Promise<number> {
  const screen = screenOf(world, options);
  const runsDirectory = join(stateDirectory(world, options.stateDir), 'runs');
  const only = name === undefined ? ok(undefined) : await findRun(runsDirectory, name);
  if (!only.ok) return screen.refuse(only.failure);
  const isWanted = (id: string) => only.value === undefined || only.value === id;
  const rules = verify ? await readRules(world, screen) : undefined;
  const { runs, unreadable } = await keptRuns(runsDirectory);
  let code = 0;
  for (const { id, failure } of unreadable) if (isWanted(id)) code = screen.refuse(failure);
  const rows: Row[] = [];
  for (const run of runs) {
    const row = isWanted(run.id) ? rowOf(run) : undefined;
    if (!row) continue;
    const signature = rules && !run.live ? await endSignature(world, rules, run) : undefined;
    rows.push(signature ? { ...row, signature } : row);
    if (verify && (row.damage !== undefined || signature?.state === 'bad')) code = 1;
  }
  if (options.json) screen.data(rows);
  else if (rows.length === 0 && code === 0) screen.tell([`No runs are kept in ${screen.err.say(runsDirectory)}.`]);
  else screen.print(rows.flatMap((row) => rowLines(screen, row)));
  return code;
}

/** A run as a row; none for one that was ended before its first event, which has done nothing. */
function rowOf({ id, events, later, live, damage, doubts }: KeptRun): Row | undefined {
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
