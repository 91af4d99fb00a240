import type { Read } from '../domain/denied.ts';

/** The format of `stat` in a raised read, as file-query.ts has it: without a blank, so that it is one word in sudoers. */
export const RAISED_STAT = '%f/%u/%g/%h/%s/%Y/%y';

/** What `find` prints of each entry: its kind and its name. No name holds a `/`. */
const RAISED_ENTRY = '%y%f/';

/** A HOME in which nobody, not even root, can make a file. sudo would give a program root's own. */
const NO_HOME = ['HOME=/proc', 'XDG_CACHE_HOME=/proc', 'XDG_CONFIG_HOME=/proc', 'KUBECACHEDIR=/proc'];

/** Programs that keep nothing below HOME, and need not be told that there is none. */
const HOMELESS: ReadonlySet<string> = new Set(['cat', 'crictl', 'journalctl', 'stat', 'tail']);

/**
 * What sudo runs for a program that reads as root, each time word for word. `whole` finds a program's path: it must not be looked up by
 * a PATH that the login could choose.
 */
export function raisedProbe(argv: readonly string[], whole: (program: string) => string): readonly string[] {
  const [program = '', ...args] = argv;
  return HOMELESS.has(program) ? argv : ['env', ...NO_HOME, whole(program), ...args];
}

/**
 * The commands that sudo has to allow for one read by a login that becomes root for single commands only, each without its directory.
 * `real` is what the path leads to. None for a unit: every login may ask systemd about it.
 */
export function raisedCommands(read: Read, whole: (program: string) => string, real?: string): readonly (readonly string[])[] {
  switch (read.kind) {
    case 'file': {
      const { path } = read;
      const file = real ?? path;
      return [
        ['stat', '-L', '-c', RAISED_STAT, '--', path],
        ['readlink', '-f', '--', path],
        ['lsattr', '-d', '--', file, file.slice(0, file.lastIndexOf('/')) || '/'],
        ['getfattr', '-d', '-m', '-', '-e', 'hex', '--absolute-names', '--', path],
        ['cat', '--', path],
      ];
    }
    case 'list':
      return [['find', '-H', read.directory, '-mindepth', '1', '-maxdepth', '1', '-printf', RAISED_ENTRY]];
    case 'probe':
      return [raisedProbe(read.argv, whole)];
    case 'unit':
      return [];
  }
}
