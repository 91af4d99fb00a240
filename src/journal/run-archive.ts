import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { RunEvent } from '../domain/event.ts';
import { fail, ok, type Result } from '../domain/failure.ts';
import { ContentStore } from './content-store.ts';
import { decodeEvent, digestsIn, withContents } from './event-codec.ts';
import { parseJournal } from './journal-line.ts';
import { isOwned, isOwnerFile } from './owner.ts';

/** A line of a journal that tells the end of a run. */
export interface RunEnd {
  /** Its number, from 1: how many lines its hash vouches for. */
  readonly line: number;
  /** The line itself, with its end of line: what is signed. */
  readonly bytes: Uint8Array;
  /** When that was, in ms since the epoch. */
  readonly at: number;
}

/** A run as its journal tells it. */
export interface ArchivedRun {
  readonly id: string;
  readonly directory: string;
  readonly events: readonly RunEvent[];
  /** Where it came to an end, in order: more than one when it was resumed after the first. */
  readonly ends: readonly RunEnd[];
  /** Its process still runs, or may: it cannot be seen from here. */
  readonly live: boolean;
  /** What is wrong with the journal beyond a torn tail. */
  readonly damage?: string;
}

/** The ids of all runs kept below a directory, newest first (ids begin with the time). */
export async function runIds(runsDirectory: string): Promise<readonly string[]> {
  try {
    const entries = await readdir(runsDirectory, { withFileTypes: true });
    return entries
      .flatMap((entry) => (entry.isDirectory() ? [entry.name] : []))
      .sort()
      .reverse();
  } catch {
    return [];
  }
}

/** Finds a run by its id or an unambiguous beginning of it; `last` is the newest. */
export async function findRun(runsDirectory: string, name: string): Promise<Result<string>> {
  const ids = await runIds(runsDirectory);
  const [newest] = ids;
  if (name === 'last' && newest !== undefined) return ok(newest);
  const matches = ids.filter((id) => id === name || id.startsWith(name));
  const [only, ...others] = matches.includes(name) ? [name] : matches;
  if (only === undefined) return fail('not-found', `there is no run ${name} in ${runsDirectory}`, { hint: 'runbook runs lists them' });
  if (others.length > 0) return fail('ambiguous', `${name} is the beginning of ${matches.length} runs: ${matches.slice(0, 5).join(', ')}`);
  return ok(only);
}

/**
 * Reads a run with the contents that its transactions need; `journal` when it cannot be read or a content is missing.
 * A run that was ended before its first event has none.
 */
export async function readRun(runsDirectory: string, id: string): Promise<Result<ArchivedRun>> {
  const directory = join(runsDirectory, id);
  let text: string;
  try {
    text = await readFile(join(directory, 'journal.jsonl'), 'utf8');
  } catch (error) {
    if (await neverBegun(directory)) return ok({ id, directory, events: [], ends: [], live: false });
    return fail('journal', `the journal of run ${id} cannot be read: ${error instanceof Error ? error.message : String(error)}`, {
      at: directory,
    });
  }
  const { events, badLine } = parseJournal(text);
  const filled = await filledIn(events.map(decodeEvent), new ContentStore(join(directory, 'contents')));
  if (!filled.ok) return filled;
  const damage = badLine === undefined ? {} : { damage: `line ${badLine} of the journal was altered; what follows it is not used` };
  const ends = endsAmong(filled.value, text.split('\n'));
  return ok({ id, directory, events: filled.value, ends, live: isOwned(directory), ...damage });
}

/** Every sound line holds one event. */
function endsAmong(events: readonly RunEvent[], lines: readonly string[]): readonly RunEnd[] {
  return events.flatMap(({ type, at }, index) =>
    type === 'run.finished' ? [{ line: index + 1, bytes: Buffer.from(`${lines[index]}\n`, 'utf8'), at }] : [],
  );
}

/** The directory was made, and the journal not yet: see `FileJournal.create`. */
async function neverBegun(directory: string): Promise<boolean> {
  const names = await readdir(directory).catch(() => undefined);
  return names?.every((name) => name === 'ballast' || isOwnerFile(name)) ?? false;
}

async function filledIn(events: readonly RunEvent[], store: ContentStore): Promise<Result<readonly RunEvent[]>> {
  const bytes = new Map<string, Uint8Array>();
  for (const sha256 of new Set(events.flatMap(digestsIn))) {
    const content = await store.get(sha256);
    if (content === undefined)
      return fail('journal', `the content ${sha256} is missing or damaged`, { hint: 'restore it from a backup of the state directory' });
    bytes.set(sha256, content);
  }
  return ok(events.map((event) => withContents(event, bytes)));
}
