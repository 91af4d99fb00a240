/** What a path is; links are followed. */
export type PathKind = 'file' | 'directory' | 'absent';

/** What a program may take, so that one that hangs or floods cannot keep or fill this process. */
export interface ProgramLimits {
  /** Wall-clock limit in ms. */
  readonly timeoutMs: number;
  /** Hard stop for standard output, in bytes. */
  readonly maxBytes: number;
}

/** How a program ended. Only `exited` with 0 makes what it printed an answer. */
export type ProgramEnd =
  | { readonly kind: 'exited'; readonly code: number }
  | { readonly kind: 'signalled'; readonly signal: string }
  | { readonly kind: 'timed-out' }
  | { readonly kind: 'flooded' }
  /** The system's own code: `ENOENT`, `EACCES`, `ENOEXEC`. */
  | { readonly kind: 'not-started'; readonly why: string };

/** What a program of this machine said, and how it ended. */
export interface ProgramOutput {
  readonly end: ProgramEnd;
  readonly stdout: Uint8Array;
  /** Its beginning alone, for messages. */
  readonly stderr: string;
}

/** This machine as reading an inventory needs it, so that tests and other hosts of the product can bring their own. */
export interface InventoryIo {
  /** A file's text, decoded from UTF-8; throws when it cannot be read. */
  readFile(path: string): Promise<string>;
  /** The first bytes of a file, fewer where it is shorter; throws when it cannot be read. */
  head(path: string, bytes: number): Promise<Uint8Array>;
  /** The names in a directory, in any order; throws when it cannot be read. */
  list(directory: string): Promise<readonly string[]>;
  kind(path: string): Promise<PathKind>;
  /** True for a directory in which everybody may write, or that cannot be looked at. */
  isOpenToAll(directory: string): Promise<boolean>;
  /** True for a file that this user may execute. */
  mayExecute(path: string): Promise<boolean>;
  /** Runs a program without a shell, a name without `/` from PATH, with the environment of this process and nothing to read. Never throws. */
  run(argv: readonly string[], limits: ProgramLimits): Promise<ProgramOutput>;
}
