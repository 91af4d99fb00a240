import { linkSync, readFileSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';

/**
 * Names the running process beyond the reuse of its number: pid, start time in clock ticks since boot (proc_pid_stat(5),
 * field 22) and the boot's id; and where it runs, for whoever cannot see it: machine id, pid namespace, host name. Fields are empty
 * where there is no /proc, or no such file.
 */
export function ownerText(pid: number = process.pid): string {
  const { boot, machine, pids, host } = thisPlace();
  return `${[pid, startTime(pid) ?? '', boot, machine, pids, host].join(' ')}\n`;
}

/** True while the process that an owner file names is running, and where that cannot be known from here. */
export function ownerLives(text: string): boolean {
  return standingOf(text) !== 'gone';
}

/** An owner that cannot be seen from here: another machine, or another pid namespace such as a container's. */
export interface FarOwner {
  readonly pid: number;
  readonly host: string;
  /** What says so; without it nobody owns the run. */
  readonly file: string;
}

/**
 * Makes this process the one writer of a run's journal; false when one that lives is, or that may. The first owner's name is in
 * `DIR/owner`, that of who took over from it in `DIR/owner.2`, and so on. Such names are made by link(2), which has one winner, and
 * are never removed, so that of many that find the same process gone one takes over.
 */
export function takeOwnership(directory: string): boolean {
  const mine = join(directory, `owner.new.${process.pid}`);
  writeFileSync(mine, ownerText(), { mode: 0o600, flush: true });
  try {
    const { standing, next } = lastOwner(directory);
    if (standing !== 'gone' || !linked(mine, next)) return false;
    // This process may have ended its ownership before, in the same words.
    if (read(join(directory, ENDED)) === ownerText()) rmSync(join(directory, ENDED), { force: true });
    return true;
  } finally {
    rmSync(mine, { force: true });
  }
}

/**
 * Says that this process writes no more, in `DIR/owner.ended`, for those who cannot see it end, and for itself when it goes on with
 * something else. Best effort: without it they refuse to take over.
 */
export function endOwnership(directory: string): void {
  try {
    writeFileSync(join(directory, ENDED), ownerText(), { mode: 0o600 });
  } catch {
    // The journal may be on a disk that is full, or may have been moved.
  }
}

/** True while the process that owns a run is running, or may be. */
export function isOwned(directory: string): boolean {
  return lastOwner(directory).standing !== 'gone';
}

/** The number of the process that owns a run, while it is running here. */
export function ownerOf(directory: string): number | undefined {
  const { holder, standing } = lastOwner(directory);
  return standing === 'lives' ? Number(holder?.split(' ')[0]) : undefined;
}

/** The owner of a run that may live, and cannot be seen from here; undefined where there is none. */
export function farOwnerOf(directory: string): FarOwner | undefined {
  const { holder = '', standing, file } = lastOwner(directory);
  if (standing !== 'far') return undefined;
  const [pid, , , , , host = ''] = holder.trimEnd().split(' ');
  return { pid: Number(pid), host, file };
}

/** True for the names of files in a run's directory that say, or are about to say, who owns it. */
export function isOwnerFile(name: string): boolean {
  return name === 'owner' || name.startsWith('owner.');
}

const ENDED = 'owner.ended';

/** `far`: it may live, and cannot be seen from here. */
type OwnerStanding = 'lives' | 'gone' | 'far';

interface LastOwner {
  readonly holder: string | undefined;
  readonly standing: OwnerStanding;
  /** The file that names it. */
  readonly file: string;
  /** The file that whoever takes over from it makes. */
  readonly next: string;
}

function lastOwner(directory: string): LastOwner {
  let [holder, file]: readonly [string | undefined, string] = [undefined, ''];
  for (let count = 1; ; count += 1) {
    const next = join(directory, count === 1 ? 'owner' : `owner.${count}`);
    const found = read(next);
    if (found === undefined) return { holder, file, next, standing: holder === undefined ? 'gone' : standingIn(directory, holder) };
    [holder, file] = [found, next];
  }
}

function standingIn(directory: string, holder: string): OwnerStanding {
  const standing = standingOf(holder);
  return standing !== 'gone' && read(join(directory, ENDED)) === holder ? 'gone' : standing;
}

/**
 * A boot's id is one kernel's, and the same in all its containers, where a number means another process. Another boot of the
 * same machine has ended all that was; containers of one image may share a machine id, so the host name must agree as well.
 */
function standingOf(text: string): OwnerStanding {
  const [pid = '', started, boot, machine, pids, host] = text.trimEnd().split(' ');
  const here = thisPlace();
  if (pid === '') return 'gone';
  if (boot !== here.boot) {
    const isThisMachine = machine === undefined || (machine !== '' && machine === here.machine && host === here.host);
    return isThisMachine ? 'gone' : 'far';
  }
  if (pids !== undefined && pids !== here.pids) return 'far';
  const now = startTime(Number(pid));
  return now !== undefined && now === started ? 'lives' : 'gone';
}

function thisPlace() {
  const boot = read('/proc/sys/kernel/random/boot_id')?.trim() ?? '';
  return { boot, machine: read('/etc/machine-id')?.trim() ?? '', pids: pidNamespace(), host: hostname() };
}

function pidNamespace(): string {
  try {
    return readlinkSync('/proc/self/ns/pid');
  } catch {
    return '';
  }
}

function linked(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch {
    return false;
  }
}

function startTime(pid: number): string | undefined {
  // The command name, in parentheses, may hold spaces and parentheses: count fields after the last one.
  const fields = read(`/proc/${pid}/stat`)?.split(') ').at(-1)?.split(' ') ?? [];
  // A zombie has ended; its parent has not looked yet, and may never do so.
  return fields[0] === 'Z' || fields[0] === 'X' ? undefined : fields[19];
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
