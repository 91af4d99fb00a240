import { join } from 'node:path';
import type { Outcome } from '../domain/plan.ts';
import { type ArchivedRun, readRun, runIds } from '../journal/run-archive.ts';
import { outcomeWords } from '../ui/outcome-words.ts';
import { hanging } from '../ui/page.ts';
import { inDoubt } from '../views/in-doubt.ts';
import { type RunState, type RunSummary, runSummary } from '../views/run-summary.ts';
import type { CommonOptions } from './options.ts';
import { type Screen, screenOf } from './screen.ts';
import { stateDirectory, type World } from './world.ts';

interface Row extends Omit<RunSummary, 'state'> {
  readonly state: RunState | 'under-way';
  /** Its process still runs. */
  readonly live: boolean;
  /** Hosts whose transaction was announced, and of which nobody has recorded how it ended. */
  readonly inDoubt: readonly string[];
  readonly damage?: string;
}

/** Prints all runs, newest first. A journal that cannot be read is told of, and does not hide the others. */
export async function listRuns(world: World, options: CommonOptions): Promise<number> {
  const screen = screenOf(world, options);
  const runsDirectory = join(stateDirectory(world, options.stateDir), 'runs');
  const runs: ArchivedRun[] = [];
  let code = 0;
  for (const id of await runIds(runsDirectory)) {
    const run = await readRun(runsDirectory, id);
    if (!run.ok) code = screen.refuse(run.failure);
    else if (run.value.damage !== undefined && run.value.events.length === 0)
      code = screen.refuse({ code: 'journal', message: `run ${id}: ${run.value.damage}` });
    else runs.push(run.value);
  }
  const rows = runs.flatMap((run, newer) => rowOf(run, runs.slice(0, newer)));
  if (options.json) screen.print([JSON.stringify(rows, null, 2)]);
  else if (rows.length === 0 && code === 0) screen.tell([`No runs are kept in ${screen.err.say(runsDirectory)}.`]);
  else screen.print(rows.flatMap((row) => rowLines(screen, row)));
  return code;
}

/** A run as a row; none for one that was ended before its first event, which has done nothing. `after`: the runs since. */
function rowOf({ events, live, damage }: ArchivedRun, after: readonly ArchivedRun[]): readonly Row[] {
  const [started] = events;
  if (started?.type !== 'run.started') return [];
  const rollbacks = after.filter((run) => takesBack(run, started.of ?? started.run));
  const later = rollbacks.toReversed().flatMap((run) => run.events);
  const summary = runSummary(events, later);
  if (!summary) return [];
  const own = new Set(inDoubt(events).map(({ tx }) => tx));
  const doubtful = live ? [] : inDoubt([...events, ...later]).flatMap(({ host, tx }) => (own.has(tx) ? [host] : []));
  const state = live ? 'under-way' : summary.state;
  return [{ ...summary, state, live, inDoubt: [...new Set(doubtful)], ...(damage === undefined ? {} : { damage }) }];
}

function takesBack({ events: [started] }: ArchivedRun, id: string): boolean {
  return started?.type === 'run.started' && started.of === id;
}

function rowLines({ out }: Screen, row: Row): readonly string[] {
  const outcomes = Object.entries(row.outcomes).map(([outcome, number]) => `${number} ${outcomeWords(outcome as Outcome, row.kind)}`);
  const paint = row.state === 'in-doubt' ? out.style.bad : undefined;
  const what = row.of === undefined ? row.kind : `${row.kind} of ${row.of}`;
  const resume = `"runbook resume ${row.run}"`;
  const names = (hosts: readonly string[]) => hosts.map(out.say).join(', ');
  const words = [`${what} ${row.runbook}`, row.state.replace('-', ' '), outcomes.join(', '), `by ${row.operator}`];
  const remarks = [
    ...(row.inDoubt.length > 0 ? [`not known what became of ${names(row.inDoubt)}: ${resume} asks and settles them`] : []),
    ...(row.damage ? [out.say(row.damage)] : []),
  ];
  return [
    ...hanging(out, 0, `${row.run}  `, words.map(out.say).join('  '), paint),
    ...remarks.flatMap((remark) => hanging(out, 2, '', remark)),
  ];
}
