import { join } from 'node:path';
import type { Outcome } from '../domain/plan.ts';
import { readRun, runIds } from '../journal/run-archive.ts';
import { outcomeWords } from '../ui/outcome-words.ts';
import { inDoubt } from '../views/in-doubt.ts';
import { type RunSummary, runSummary } from '../views/run-summary.ts';
import type { CommonOptions } from './options.ts';
import { type Screen, screenOf } from './screen.ts';
import { stateDirectory, type World } from './world.ts';

interface Row extends RunSummary {
  /** Its process still runs. */
  readonly live: boolean;
  readonly inDoubt: readonly string[];
  readonly damage?: string;
}

/** Prints all runs, newest first. A journal that cannot be read is told of, and does not hide the others. */
export async function listRuns(world: World, options: CommonOptions): Promise<number> {
  const screen = screenOf(world, options);
  const runsDirectory = join(stateDirectory(world, options.stateDir), 'runs');
  const rows: Row[] = [];
  let code = 0;
  for (const id of await runIds(runsDirectory)) {
    const run = await readRun(runsDirectory, id);
    const summary = run.ok ? runSummary(run.value.events) : undefined;
    if (!run.ok || !summary) {
      code = screen.refuse(run.ok ? { code: 'journal', message: `the journal of run ${id} is empty` } : run.failure);
      continue;
    }
    const doubtful = run.value.live ? [] : inDoubt(run.value.events).map(({ host }) => host);
    rows.push({
      ...summary,
      live: run.value.live,
      inDoubt: [...new Set(doubtful)],
      ...(run.value.damage ? { damage: run.value.damage } : {}),
    });
  }
  if (options.json) screen.print([JSON.stringify(rows, null, 2)]);
  else if (rows.length === 0) screen.tell([`No runs are kept in ${screen.err.say(runsDirectory)}.`]);
  else screen.print(rows.flatMap((row) => rowLines(screen, row)));
  return code;
}

function rowLines({ out }: Screen, row: Row): readonly string[] {
  const outcomes = Object.entries(row.outcomes).map(([outcome, number]) => `${number} ${outcomeWords(outcome as Outcome, row.kind)}`);
  const state = row.live ? 'under way' : row.state === 'in-doubt' ? out.style.bad('in doubt') : row.state;
  const what = row.of === undefined ? row.kind : `${row.kind} of ${row.of}`;
  return [
    `${row.run}  ${out.say(what)} ${out.say(row.runbook)}  ${state}  ${outcomes.join(', ')}  ${out.style.quiet(`by ${out.say(row.operator)}`)}`,
    ...(row.inDoubt.length > 0
      ? [`  not known what happened on ${row.inDoubt.map(out.say).join(', ')}: "runbook rollback ${row.run}" asks and settles them`]
      : []),
    ...(row.damage ? [`  ${out.say(row.damage)}`] : []),
  ];
}
