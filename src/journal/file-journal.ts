import { constants } from 'node:fs';
import { type FileHandle, mkdir, open, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { announcesEffect, type RunEvent } from '../domain/event.ts';
import { ContentStore, syncDirectory } from './content-store.ts';
import { contentsOf, encodeEvent } from './event-codec.ts';
import { CHAIN_START, journalLine, parseJournal } from './journal-line.ts';
import { endOwnership, takeOwnership } from './owner.ts';

/** The journal could not be kept. Nothing new may be changed after it (exit code 6). */
export class JournalFault extends Error {
  constructor(path: string, cause: unknown) {
    super(`${path}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
    this.name = 'JournalFault';
  }
}

/** Room that is set aside and given up when the disk is full, so that the last records of hosts under way still fit, in bytes. */
const BALLAST_BYTES = 1024 * 1024;

async function layBallast(directory: string): Promise<void> {
  await writeFile(join(directory, 'ballast'), new Uint8Array(BALLAST_BYTES), { mode: 0o600, flush: true });
}

/**
 * The append-only record of one run: `DIR/journal.jsonl`, one hash-chained line an event, and `DIR/contents`. What
 * announces an effect is on disk before `append` returns; a failed write is never tried again, for the kernel may have
 * dropped what it could not write (PostgreSQL's fsync report of 2018). After a failure, nothing that announces an effect is
 * taken any more; what tells of one that was announced before is still written where the ballast makes room for it.
 */
export class FileJournal {
  /** The run's. */
  readonly directory: string;
  readonly #file: FileHandle;
  readonly #contents: ContentStore;
  #seq: number;
  #hash: string;
  #lastLine = '';
  /** Length of what was written whole. */
  #bytes: number;
  #broken: JournalFault | undefined;

  private constructor(directory: string, file: FileHandle, seq = 0, hash = CHAIN_START, bytes = 0) {
    this.directory = directory;
    this.#file = file;
    this.#contents = new ContentStore(join(directory, 'contents'));
    this.#seq = seq;
    this.#hash = hash;
    this.#bytes = bytes;
  }

  /** Begins the journal of a new run. Throws `JournalFault`, also when the run exists already. */
  static async create(directory: string): Promise<FileJournal> {
    try {
      await mkdir(dirname(directory), { recursive: true, mode: 0o700 });
      await mkdir(directory, { mode: 0o700 });
      if (!takeOwnership(directory)) throw new Error('another process has it');
      await layBallast(directory);
      const file = await open(join(directory, 'journal.jsonl'), 'ax', 0o600);
      await syncDirectory(directory);
      await syncDirectory(dirname(directory));
      return new FileJournal(directory, file);
    } catch (error) {
      throw new JournalFault(directory, error);
    }
  }

  /**
   * Goes on with the journal of a run whose process is gone: a torn last line, which announced nothing, is cut off. Throws
   * `JournalFault`, also when its process lives, or when a line was altered.
   */
  static async resume(directory: string): Promise<FileJournal> {
    try {
      if (!takeOwnership(directory)) throw new Error('another process works on this run');
      const path = join(directory, 'journal.jsonl');
      const { events, badLine, hash, bytes } = parseJournal(await readFile(path, 'utf8'));
      if (badLine !== undefined) throw new Error(`line ${badLine} was altered`);
      const file = await open(path, constants.O_WRONLY | constants.O_APPEND | constants.O_NOFOLLOW);
      await file.truncate(bytes);
      await file.datasync();
      // Where there is no room for it, settling is worth more than to be sure of the last words.
      await layBallast(directory).catch(() => rm(join(directory, 'ballast'), { force: true }));
      return new FileJournal(directory, file, events.length, hash, bytes);
    } catch (error) {
      throw new JournalFault(directory, error);
    }
  }

  /** The last line that this process wrote, with its end of line: its hash vouches for all before it. Empty where it wrote none. */
  get lastLine(): string {
    return this.#lastLine;
  }

  /** Appends a batch in one write, and flushes it once when any of it must be durable before it happens. */
  async append(events: readonly RunEvent[]): Promise<void> {
    if (this.#broken) throw this.#broken;
    try {
      if (events.some(announcesEffect)) await this.#mustBeInPlace();
      for (const content of events.flatMap(contentsOf)) await this.#contents.put(content);
      await this.#write(events);
    } catch (error) {
      this.#broken = new JournalFault(this.directory, error);
      throw this.#broken;
    }
  }

  /**
   * Writes what came of effects that were announced before the journal broke, after the ballast was given up. Best effort: it is
   * true, and more of it is known with it than without.
   */
  async appendLast(events: readonly RunEvent[]): Promise<void> {
    await rm(join(this.directory, 'ballast'), { force: true }).catch(() => undefined);
    try {
      // Half a line may have been written.
      await this.#file.truncate(this.#bytes);
      await this.#write(events.filter((event) => !announcesEffect(event)));
    } catch {
      // The fault that broke the journal is what is told.
    }
  }

  /** Ends the work of this process on the run, so that another one may take it up, be it on another machine. */
  async close(): Promise<void> {
    await rm(join(this.directory, 'ballast'), { force: true }).catch(() => undefined);
    await this.#file.close();
    endOwnership(this.directory);
  }

  /** A journal that was moved or removed can still be written to, but whoever looks for the run does not find it. */
  async #mustBeInPlace(): Promise<void> {
    const path = join(this.directory, 'journal.jsonl');
    const [mine, there] = await Promise.all([this.#file.stat({ bigint: true }), stat(path, { bigint: true })]);
    if (mine.dev !== there.dev || mine.ino !== there.ino) throw new Error('it was replaced while the run was under way');
  }

  async #write(events: readonly RunEvent[]): Promise<void> {
    const { text, seq, hash, last } = this.#chained(events);
    await this.#file.writeFile(text);
    if (events.some((event) => announcesEffect(event) || event.type === 'run.finished')) await this.#file.datasync();
    this.#seq = seq;
    this.#hash = hash;
    this.#lastLine = last;
    this.#bytes += Buffer.byteLength(text);
  }

  #chained(events: readonly RunEvent[]) {
    let text = '';
    let seq = this.#seq;
    let hash = this.#hash;
    let last = this.#lastLine;
    for (const event of events) {
      const next = journalLine(seq, hash, encodeEvent(event));
      text += next.line;
      seq += 1;
      hash = next.hash;
      last = next.line;
    }
    return { text, seq, hash, last };
  }
}
