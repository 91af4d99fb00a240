import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';
import type { RunEvent } from '../domain/event.ts';
import { decodeEvent } from './event-codec.ts';
import { CHAIN_START, hashOf, lineAfter } from './journal-line.ts';
import { isOwned } from './owner.ts';

/** The first event of a run, and the last where that is its end, without what is between. Contents have no bytes. */
export interface Glance {
  readonly id: string;
  readonly started: Extract<RunEvent, { readonly type: 'run.started' }>;
  /** Absent where the run did not come to its end. */
  readonly finished?: Extract<RunEvent, { readonly type: 'run.finished' }>;
  /** Its process still runs, or may. */
  readonly live: boolean;
}

/** Most journals are shorter than this, in bytes; of longer ones so much is read at either end, and more where a line is longer. */
const PIECE = 64 * 1024;

/**
 * Looks at both ends of a run's journal: the first line by the beginning of the chain, the last by what the line before says of it.
 * Undefined where that does not tell a sound beginning, and all of it is to be read. What was altered between is not noticed.
 */
export async function glanceAt(runsDirectory: string, id: string): Promise<Glance | undefined> {
  const directory = join(runsDirectory, id);
  const ends = await endsOf(join(directory, 'journal.jsonl'));
  const first = ends && lineAfter(ends.first, CHAIN_START);
  const started = first?.seq === 0 ? decodeEvent(first.event) : undefined;
  if (!ends || started?.type !== 'run.started') return undefined;
  const before = ends.before === undefined ? undefined : hashOf(ends.before);
  const last = ends.last === undefined || before === undefined ? undefined : lineAfter(ends.last, before);
  const finished = last ? decodeEvent(last.event) : undefined;
  return { id, started, ...(finished?.type === 'run.finished' ? { finished } : {}), live: isOwned(directory) };
}

interface Ends {
  readonly first: string;
  /** The last two lines, where there are as many and the last is whole. */
  readonly before?: string;
  readonly last?: string;
}

async function endsOf(path: string): Promise<Ends | undefined> {
  let file: FileHandle | undefined;
  try {
    file = await open(path);
    const { size } = await file.stat();
    for (let piece = PIECE; ; piece *= 8) {
      const whole = piece * 2 >= size;
      const head = (await read(file, 0, whole ? size : piece)).split('\n');
      const tail = whole ? head : (await read(file, size - piece, piece)).split('\n');
      const [first] = head;
      // The beginning of a tail may be half a line, and a line may be longer than a piece.
      if (first !== undefined && head.length > 1 && (whole || tail.length > 3)) return { first, ...lastTwo(tail) };
      if (whole) return undefined;
    }
  } catch {
    return undefined;
  } finally {
    await file?.close();
  }
}

/** None where the last line was cut short: then the run did not come to its end. */
function lastTwo(lines: readonly string[]): Pick<Ends, 'before' | 'last'> {
  const [before, last, rest] = lines.slice(-3);
  return before !== undefined && last !== undefined && rest === '' ? { before, last } : {};
}

async function read(file: FileHandle, from: number, length: number): Promise<string> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, from);
  return buffer.toString('utf8', 0, bytesRead);
}
