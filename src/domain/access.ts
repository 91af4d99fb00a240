import type { Receipt, Transaction } from './change.ts';
import type { FileState } from './file.ts';
import type { Facts, Host } from './host.ts';

/** What a program printed and how it ended. */
export interface Probe {
  /** Exit status; 124 when the host's own time limit ended it, 127 when there is no such program. */
  readonly code: number;
  readonly stdout: Uint8Array;
  readonly stderr: Uint8Array;
  /** Output went past the cap; what is here is its beginning. */
  readonly truncated: boolean;
}

/** Limits of one probe. */
export interface ProbeOptions {
  /** Limit on the host, in ms. Default 10,000. */
  readonly timeoutMs?: number;
  /** Cap on each of stdout and stderr, in bytes. Default 1 MiB. */
  readonly maxBytes?: number;
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
}

/** What only the executor holds. */
export interface Writer {
  /**
   * Carries out a transaction, in order, in one exchange: all preconditions are checked before the first write.
   * Throws `HostFault` with code `lost` or `timed-out` when it is not known what happened.
   */
  apply(transaction: Transaction): Promise<Receipt>;
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
