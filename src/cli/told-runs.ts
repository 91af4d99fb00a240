import type { Failure } from '../domain/failure.ts';
import { type Glance, glanceAt } from '../journal/glance.ts';
import { type ArchivedRun, readRun, runIds } from '../journal/run-archive.ts';
import { recordRun } from '../views/run-record.ts';
import type { RunSummary } from '../views/run-summary.ts';
import { endedAsWanted, mayBeWanted, summaryOfEnds, type WantedRuns } from '../views/wanted-run.ts';
import { type KeptRun, keptRun, problemOf } from './kept-runs.ts';

/** Which runs are to be told, and how closely they are looked at. */
export interface RunsQuery {
  /** The id of the only one. */
  readonly only?: string;
  readonly wanted: WantedRuns;
  /** So many of them, the newest. */
  readonly last?: number;
  /** Whether every journal is read from its first to its last line. */
  readonly whole: boolean;
}

/** A run as far as it was looked at: whole, by both ends of its journal, or not at all, since it cannot be read. */
export type ToldRun =
  | { readonly how: 'whole'; readonly run: KeptRun }
  | { readonly how: 'ends'; readonly summary: RunSummary }
  | { readonly how: 'unreadable'; readonly id: string; readonly failure: Failure };

/** How many journals are looked at together. */
const TOGETHER = 32;

/** How long after it was named a run may have been begun: somebody may have been asked for a password meanwhile. */
const LATE_MS = 86_400_000;

interface Rollback {
  readonly id: string;
  /** Its ends say all that matters of it. */
  readonly isPlain: boolean;
}

/**
 * The runs that are wanted, newest first. A journal that came to a plain end is told by its two ends, so that thousands are told in a
 * second; one that may leave a doubt is read whole, with the rollbacks of it. One that cannot be read is told whatever is wanted.
 */
export async function* toldRuns(runsDirectory: string, query: RunsQuery): AsyncGenerator<ToldRun, void> {
  const { only, wanted, last = Number.POSITIVE_INFINITY } = query;
  const rollbacks = new Map<string, Rollback[]>();
  let told = 0;
  const ids = await runIds(runsDirectory);
  for (let from = 0; from < ids.length; from += TOGETHER) {
    const some = ids.slice(from, from + TOGETHER);
    const glances = await Promise.all(some.map((id) => glanceAt(runsDirectory, id)));
    for (const [index, id] of some.entries()) {
      if (told >= last || isTooOld(id, wanted)) return;
      const glance = glances[index];
      const first = glance && (glance.started.of ?? glance.started.run);
      const since = first === undefined ? [] : (rollbacks.get(first) ?? []);
      const run = only === undefined || only === id ? await toldRun(runsDirectory, id, glance, since, query) : undefined;
      if (run) yield run;
      if (run && run.how !== 'unreadable') told += 1;
      if (only === id) return;
      if (glance?.started.of !== undefined)
        rollbacks.set(glance.started.of, [...since, { id, isPlain: plainSummary(glance) !== undefined }]);
    }
  }
}

async function toldRun(
  runsDirectory: string,
  id: string,
  glance: Glance | undefined,
  since: readonly Rollback[],
  { wanted, whole, only }: RunsQuery,
): Promise<ToldRun | undefined> {
  if (glance && !mayBeWanted(wanted, glance.started)) return undefined;
  const summary = whole || only !== undefined || !since.every(({ isPlain }) => isPlain) ? undefined : glance && plainSummary(glance);
  if (glance?.finished && summary) {
    const endings = Object.entries(glance.finished.outcomes).map(([host, outcome]) => ({ host, outcome }));
    return endedAsWanted(wanted, endings) ? { how: 'ends', summary } : undefined;
  }
  const read = await readRun(runsDirectory, id);
  const failure = problemOf(id, read);
  if (failure) return { how: 'unreadable', id, failure };
  if (!read.ok) return undefined;
  const { started, endings } = recordRun(read.value.events);
  if (!started || !mayBeWanted(wanted, started) || !endedAsWanted(wanted, endings)) return undefined;
  const later: ArchivedRun[] = [];
  for (const { id: other } of since) {
    const rollback = await readRun(runsDirectory, other);
    if (rollback.ok) later.push(rollback.value);
  }
  return { how: 'whole', run: keptRun(read.value, later) };
}

/** What both ends of a journal tell, where nothing else can matter. */
function plainSummary({ id, started, finished, live }: Glance): RunSummary | undefined {
  return live || !finished || started.run !== id ? undefined : summaryOfEnds(started, finished);
}

const TIME = /^(\d{4})(\d\d)(\d\d)-(\d\d)(\d\d)(\d\d)-/;

/** Ids begin with the time; whatever follows in the order is older still. */
function isTooOld(id: string, { since }: WantedRuns): boolean {
  const [, ...parts] = TIME.exec(id) ?? [];
  if (since === undefined || parts.length === 0) return false;
  const [year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0] = parts.map(Number);
  return Date.UTC(year, month - 1, day, hour, minute, second) < since - LATE_MS;
}
