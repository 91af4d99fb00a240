import type { Reader } from '../domain/access.ts';
import type { Read } from '../domain/denied.ts';
import type { TracedRead } from '../engine/trace-reads.ts';
import { raisedCommands } from '../remote/raised-commands.ts';

/** Commands that sudo has to allow, by the step that wants them first; each command once. */
export type Allowed = ReadonlyMap<string, readonly (readonly string[])[]>;

/** What a host says of programs and paths. */
export interface HostPaths {
  /** A program's path; undefined: the host has none. */
  whole(program: string): string | undefined;
  /** Every login may read it. */
  isOpen(read: Read, real: string | undefined): boolean;
  /** A directory on the way to what is read that others than root can write to; undefined: none. */
  loose(read: Read, real: string | undefined): string | undefined;
}

/** Where no host is asked: the usual places, and files that every login may read everywhere. */
export const USUAL_PATHS: HostPaths = {
  whole: (program) => (program.startsWith('/') ? program : `/usr/bin/${program}`),
  isOpen: (read) => isPathRead(read) && /^\/((proc|sys)(\/|$)|etc\/passwd$)/.test(pathOf(read)),
  loose: () => undefined,
};

/** The commands for these reads, without those that every login may do, and those whose program is not on the host. */
export function allowedReads(reads: readonly TracedRead[], { whole, isOpen }: HostPaths, known: Allowed = new Map()): Allowed {
  const allowed = new Map([...known].map(([step, commands]) => [step, [...commands]]));
  const seen = new Set([...known.values()].flat().map((command) => command.join('\0')));
  for (const { step, read, raise, real } of reads) {
    if (!raise || isOpen(read, real)) continue;
    for (const [program = '', ...args] of raisedCommands(read, (name) => whole(name) ?? name, real)) {
      const path = whole(program);
      // `env` stands before a program that may be missing itself.
      if (path === undefined || (program === 'env' && !args.some((word) => word.startsWith('/')))) continue;
      const command = [path, ...args];
      if (seen.has(command.join('\0'))) continue;
      seen.add(command.join('\0'));
      allowed.set(step, [...(allowed.get(step) ?? []), command]);
    }
  }
  return allowed;
}

/** Asks a host where its programs are, and which of the paths every login may read. The reader must be root's. */
export async function pathsOf(host: Reader, reads: readonly TracedRead[]): Promise<HostPaths> {
  const programs = [...new Set(reads.flatMap(({ read, real }) => raisedCommands(read, (name) => name, real)).flatMap(programsIn))];
  const paths = [...new Set(reads.flatMap(({ read, real }) => (isPathRead(read) ? [...waysTo(pathOf(read)), ...waysTo(real ?? '')] : [])))];
  const look = 'for program do command -v -- "$program" || echo; done';
  const [found, modes] = await Promise.all([
    host.probe(['sh', '-c', look, 'sh', ...programs]),
    paths.length === 0 ? undefined : host.probe(['stat', '-L', '-c', '%a %u %n', '--', ...paths]),
  ]);
  const places = textOf(found.stdout).split('\n');
  const wholes = new Map(programs.map((program, index) => [program, places[index] ?? '']));
  const bits = new Map(
    textOf(modes?.stdout)
      .split('\n')
      .flatMap((line) => {
        const [, mode = '', uid = '', path = ''] = /^([0-7]+) ([0-9]+) (.*)$/.exec(line) ?? [];
        return path === '' ? [] : [[path, { mode: Number.parseInt(mode, 8), uid: Number(uid) }] as const];
      }),
  );
  const has = (path: string, wanted: number) => ((bits.get(path)?.mode ?? 0o7) & wanted) === wanted;
  const isLoose = (path: string) => {
    const { mode = 0, uid = 0 } = bits.get(path) ?? {};
    return uid !== 0 || ((mode & 0o022) !== 0 && (mode & 0o1000) === 0);
  };
  return {
    whole(program) {
      if (program.startsWith('/')) return program;
      const path = wholes.get(program) ?? '';
      return path.startsWith('/') ? path : undefined;
    },
    isOpen(read, real) {
      if (!isPathRead(read)) return false;
      return [pathOf(read), ...(real === undefined ? [] : [real])].every(
        (path) =>
          waysTo(path)
            .slice(0, -1)
            .every((above) => has(above, 0o1)) && has(path, read.kind === 'list' ? 0o5 : 0o4),
      );
    },
    loose(read, real) {
      if (!isPathRead(read)) return undefined;
      return [pathOf(read), real ?? ''].flatMap((path) => waysTo(path).slice(0, -1)).find(isLoose);
    },
  };
}

function isPathRead(read: Read): read is Extract<Read, { kind: 'file' | 'list' }> {
  return read.kind === 'file' || read.kind === 'list';
}

function pathOf(read: Extract<Read, { kind: 'file' | 'list' }>): string {
  return read.kind === 'file' ? read.path : read.directory;
}

/** A path and all directories above it, the uppermost first. */
function waysTo(path: string): readonly string[] {
  const parts = path.split('/').filter((part) => part !== '');
  return parts.map((_, index) => `/${parts.slice(0, index + 1).join('/')}`);
}

/** The program, and the one that `env` runs, if it is still a bare name. */
function programsIn(command: readonly string[]): readonly string[] {
  const [program = '', ...args] = command;
  const run = program === 'env' ? args.find((word) => !word.includes('=')) : undefined;
  return [program, ...(run === undefined ? [] : [run])].filter((name) => !name.startsWith('/'));
}

function textOf(bytes: Uint8Array = new Uint8Array()): string {
  return Buffer.from(bytes).toString('utf8');
}
