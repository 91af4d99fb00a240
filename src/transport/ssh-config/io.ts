import type { Environment } from './expand.ts';

/** A file as it is read: its text, and what its permissions are judged by. A directory is read as an empty file, as by ssh. */
export interface ConfigFile {
  /** Decoded from UTF-8; what is none stands as U+FFFD. */
  readonly text: string;
  /** Owner and group. */
  readonly uid: number;
  readonly gid: number;
  /** Permission bits. */
  readonly mode: number;
}

/** The user of this machine for whom connections are made, by `getpwuid`. */
export interface LocalUser {
  readonly name: string;
  readonly uid: number;
  readonly home: string;
}

/** This machine, as reading ssh's configuration needs it, so that tests can bring their own. */
export interface SshConfigIo {
  readonly user: LocalUser;
  /** What `gethostname` says, with its domain if it has one. */
  readonly hostName: string;
  readonly env: Environment;
  /** Undefined for a file that does not exist; a problem, in words, for one that cannot be read. Links are followed. */
  read(path: string): Promise<ConfigFile | { readonly problem: string } | undefined>;
  /** The names in a directory, in any order; none where it cannot be read. */
  list(directory: string): Promise<readonly string[]>;
  /** Whether there is anything at a path, be it a link that leads nowhere. */
  exists(path: string): Promise<boolean>;
  /**
   * Has a shell run the command of `Match exec`, without input or output. Its exit status; undefined when it could not be run or was
   * ended by a signal. Only called where `exec: 'run'` was asked for.
   */
  execute(shell: string, command: string): Promise<number | undefined>;
}
