import type { DirEntry, Probe, ProbeOptions, Reader, UnitProperties } from '../domain/access.ts';
import type { FileState } from '../domain/file.ts';
import type { Facts } from '../domain/host.ts';
import type { HostLock, TransactionReport } from '../domain/transaction.ts';

/**
 * One look at a host: what was read once is not read again, so that all steps of a plan go by the same state, and a step that reads what an earlier
 * one has read costs nothing. Whether it is still so is asked by the host itself when it is changed. Programs are run each time; what failed is
 * read again.
 */
export class SnapshotReader implements Reader {
  readonly #base: Reader;
  readonly #seen = new Map<string, Promise<unknown>>();

  constructor(base: Reader) {
    this.#base = base;
  }

  facts(): Promise<Facts> {
    return this.#base.facts();
  }

  file(path: string): Promise<FileState> {
    return this.#once(`file ${path}`, () => this.#base.file(path));
  }

  list(directory: string): Promise<readonly DirEntry[]> {
    return this.#once(`list ${directory}`, () => this.#base.list(directory));
  }

  unit(name: string): Promise<UnitProperties> {
    return this.#once(`unit ${name}`, () => this.#base.unit(name));
  }

  probe(argv: readonly string[], options?: ProbeOptions): Promise<Probe> {
    return this.#base.probe(argv, options);
  }

  transaction(tx: string): Promise<TransactionReport> {
    return this.#base.transaction(tx);
  }

  lock(): Promise<HostLock | undefined> {
    return this.#base.lock();
  }

  #once<T>(key: string, read: () => Promise<T>): Promise<T> {
    const known = this.#seen.get(key);
    // The key names the question, and so the type of its answer.
    if (known !== undefined) return known as Promise<T>;
    const answer = read();
    this.#seen.set(key, answer);
    answer.catch(() => this.#seen.delete(key));
    return answer;
  }
}
