import type { FileState } from './file.ts';
import type { Facts, Host } from './host.ts';
import type { HostLock, Receipt, Standing, Transaction, TransactionReport } from './transaction.ts';

/** What a program printed and how it ended. */
export interface Probe {
  /** Exit status; 124 when the host's own time limit ended it, 127 when there is no such program. */
  readonly code: number;
  readonly stdout: Uint8Array;
  readonly stderr: Uint8Array;
  /** Output went past the cap; what is here is its beginning. */
  readonly truncated: boolean;
  /** What sudo said when it was to be asked again as root; absent where that was not tried, or was allowed. */
  readonly refused?: string;
}

/** Limits of one probe. */
export interface ProbeOptions {
  /** Limit on the host, in ms. Default 10,000. */
  readonly timeoutMs?: number;
  /** Cap on each of stdout and stderr, in bytes. Default 1 MiB. */
  readonly maxBytes?: number;
  /**
   * It reads what root alone may see, so that a login that becomes root for single reads only asks again as root: when it was
   * `denied`, or `now`, since the step knows that it was. Else such a login never asks it as root.
   */
  readonly raise?: 'denied' | 'now';
}

/**
 * `systemctl show` of one unit: property to value. A property printed several times (EnvironmentFiles) is joined by newlines.
 * A unit that does not exist has LoadState `not-found`.
 */
export type UnitProperties = Readonly<Record<string, string>>;

/** A name in a directory. */
export interface DirEntry {
  readonly name: string;
  readonly kind: 'file' | 'directory' | 'link' | 'other';
}

/**
 * All that a step may ask of a host. Nothing here can change one: planning holds a Reader and never a Writer (law L1).
 * Calls made in the same turn of the event loop travel in one exchange. Every method throws `HostFault` when the host
 * cannot be reached, or refuses the read.
 */
export interface Reader {
  facts(): Promise<Facts>;
  /** Bytes and attributes of a regular file, up to 8 MiB; links are followed. Directories, devices and dangling links are `not-regular-file`. */
  file(path: string): Promise<FileState>;
  /** A directory's entries in name order; empty when there is no such directory. */
  list(directory: string): Promise<readonly DirEntry[]>;
  unit(name: string): Promise<UnitProperties>;
  /** Runs a program that the step type declares read-only. argv[0] is looked up in a fixed PATH; standard input is empty. */
  probe(argv: readonly string[], options?: ProbeOptions): Promise<Probe>;
  /** Where a transaction stands by the host's own record. */
  transaction(tx: string): Promise<TransactionReport>;
  /** Who holds the host's lock; undefined when nobody does. */
  lock(): Promise<HostLock | undefined>;
}

/**
 * What only the executor holds. Every method throws `HostFault`: with code `lost` or `timed-out` when it is not known what
 * happened, `conflict` when another machine answers, any other when nothing was done.
 */
export interface Writer {
  /**
   * Carries out a transaction, in order, in one exchange: all preconditions are checked, and its undo is armed on the host, before
   * the first write. What does not succeed is taken back by the host within the same exchange.
   */
  begin(transaction: Transaction): Promise<Receipt>;
  /** Keeps an applied transaction: disarms its undo and forgets the originals. Asked again, it answers the same. */
  confirm(tx: string): Promise<Standing>;
  /** Has the host take a transaction back that is not confirmed; one that it never began is fenced, so that it never will. */
  undo(tx: string): Promise<Standing>;
}

/** How to stand on a host. */
export interface AccessOptions {
  /** Become root; undefined: as the inventory says. */
  readonly become?: boolean | undefined;
}

/** The way to hosts. One connection a host is kept open until `close`. Throws `HostFault` when a host cannot be reached. */
export interface Fleet {
  read(host: Host, options?: AccessOptions): Promise<Reader>;
  write(host: Host, options?: AccessOptions): Promise<Writer>;
  /** Ends a host's connection, after which the next read opens a fresh one. */
  close(host: Host): Promise<void>;
}
