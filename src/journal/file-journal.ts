import { type FileHandle, mkdir, open, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { announcesEffect, type RunEvent } from '../domain/event.ts';
import { ContentStore, syncDirectory } from './content-store.ts';
import { contentsOf, encodeEvent } from './event-codec.ts';
import { CHAIN_START, journalLine } from './journal-line.ts';
import { ownerText } from './owner.ts';

/** The journal could not be kept. Nothing new may be changed after it (exit code 6). */
export class JournalFault extends Error {
  constructor(path: string, cause: unknown) {
    super(`${path}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
    this.name = 'JournalFault';
  }
}

/**
 * The append-only record of one run: `DIR/journal.jsonl`, one hash-chained line an event, and `DIR/contents`. What
 * announces an effect is on disk before `append` returns; a failed write is never tried again, for the kernel may have
 * dropped what it could not write (PostgreSQL's fsync report of 2018).
 */
export class FileJournal {
  readonly #path: string;
  readonly #file: FileHandle;
  readonly #contents: ContentStore;
  #seq = 0;
  #hash = CHAIN_START;
  #broken: JournalFault | undefined;

  private constructor(path: string, file: FileHandle, contents: ContentStore) {
    this.#path = path;
    this.#file = file;
    this.#contents = contents;
  }

  /** Begins the journal of a new run. Throws `JournalFault`, also when the run exists already. */
  static async create(directory: string): Promise<FileJournal> {
    const path = join(directory, 'journal.jsonl');
    try {
      await mkdir(dirname(directory), { recursive: true, mode: 0o700 });
      await mkdir(directory, { mode: 0o700 });
      await writeFile(join(directory, 'owner'), ownerText(), { mode: 0o600, flush: true });
      const file = await open(path, 'ax', 0o600);
      await syncDirectory(directory);
      await syncDirectory(dirname(directory));
      return new FileJournal(path, file, new ContentStore(join(directory, 'contents')));
    } catch (error) {
      throw new JournalFault(directory, error);
    }
  }

  /** Appends a batch in one write, and flushes it once when any of it must be durable before it happens. */
  async append(events: readonly RunEvent[]): Promise<void> {
    if (this.#broken) throw this.#broken;
    try {
      for (const content of events.flatMap(contentsOf)) await this.#contents.put(content);
      await this.#file.writeFile(this.#chained(events));
      if (events.some((event) => announcesEffect(event) || event.type === 'run.finished')) await this.#file.datasync();
    } catch (error) {
      this.#broken = new JournalFault(this.#path, error);
      throw this.#broken;
    }
  }

  async close(): Promise<void> {
    await this.#file.close();
  }

  #chained(events: readonly RunEvent[]): string {
    let text = '';
    for (const event of events) {
      const { line, hash } = journalLine(this.#seq, this.#hash, encodeEvent(event));
      text += line;
      this.#seq += 1;
      this.#hash = hash;
    }
    return text;
  }
}
