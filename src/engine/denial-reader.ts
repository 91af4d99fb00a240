import type { DirEntry, Probe, ProbeOptions, Reader, UnitProperties } from '../domain/access.ts';
import type { DeniedRead, Read } from '../domain/denied.ts';
import { HostFault } from '../domain/failure.ts';
import type { FileState } from '../domain/file.ts';
import type { Facts } from '../domain/host.ts';
import type { HostLock, TransactionReport } from '../domain/transaction.ts';

/** A reader that keeps what the host denied: a step that is denied several reads ends at the first of them, and all must be named. */
export class DenialReader implements Reader {
  readonly #base: Reader;
  readonly #asked: { readonly read: Read; readonly answer: Promise<unknown> }[] = [];

  constructor(base: Reader) {
    this.#base = base;
  }

  /** Waits until all that was asked is answered, and tells what was denied. Never throws. */
  async denied(): Promise<readonly DeniedRead[]> {
    const answers = await Promise.allSettled(this.#asked.map(({ answer }) => answer));
    return this.#asked.flatMap(({ read }, index) => {
      const answer = answers[index];
      const fault = answer?.status === 'rejected' && answer.reason instanceof HostFault ? answer.reason : undefined;
      return fault?.failure.code === 'permission-denied' ? [{ read, why: fault.failure.message }] : [];
    });
  }

  facts(): Promise<Facts> {
    return this.#base.facts();
  }

  file(path: string): Promise<FileState> {
    return this.#kept({ kind: 'file', path }, this.#base.file(path));
  }

  list(directory: string): Promise<readonly DirEntry[]> {
    return this.#kept({ kind: 'list', directory }, this.#base.list(directory));
  }

  unit(name: string): Promise<UnitProperties> {
    return this.#kept({ kind: 'unit', unit: name }, this.#base.unit(name));
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

  #kept<T>(read: Read, answer: Promise<T>): Promise<T> {
    this.#asked.push({ read, answer });
    return answer;
  }
}
