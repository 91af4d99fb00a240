import { linkSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Names the running process beyond the reuse of its number: pid, start time in clock ticks since boot
 * (proc_pid_stat(5), field 22) and the boot's id. Empty fields where there is no /proc.
 */
export function ownerText(pid: number = process.pid): string {
  return `${pid} ${startTime(pid) ?? ''} ${bootId()}\n`;
}

/** True while the process that an owner file names is running. */
export function ownerLives(text: string): boolean {
  const [pid, started, boot] = text.trimEnd().split(' ');
  if (pid === undefined || boot !== bootId()) return false;
  const now = startTime(Number(pid));
  return now !== undefined && now === started;
}

/**
 * Makes this process the one writer of a run's journal; false when one that lives is. The first owner's name is in `DIR/owner`,
 * that of who took over from it in `DIR/owner.2`, and so on. Such names are made by link(2), which has one winner, and are never
 * removed, so that of many that find the same process gone one takes over.
 */
export function takeOwnership(directory: string): boolean {
  const mine = join(directory, `owner.new.${process.pid}`);
  writeFileSync(mine, ownerText(), { mode: 0o600, flush: true });
  try {
    const { holder, next } = lastOwner(directory);
    return !(holder !== undefined && ownerLives(holder)) && linked(mine, next);
  } finally {
    rmSync(mine, { force: true });
  }
}

/** True while the process that owns a run is running. */
export function isOwned(directory: string): boolean {
  return ownerOf(directory) !== undefined;
}

/** The number of the process that owns a run, while it is running. */
export function ownerOf(directory: string): number | undefined {
  const { holder } = lastOwner(directory);
  return holder !== undefined && ownerLives(holder) ? Number(holder.split(' ')[0]) : undefined;
}

/** True for the names of files in a run's directory that say, or are about to say, who owns it. */
export function isOwnerFile(name: string): boolean {
  return name === 'owner' || name.startsWith('owner.');
}

/** The last owner, and the file that whoever takes over from it makes. */
function lastOwner(directory: string): { readonly holder: string | undefined; readonly next: string } {
  let holder: string | undefined;
  for (let count = 1; ; count += 1) {
    const next = join(directory, count === 1 ? 'owner' : `owner.${count}`);
    const found = read(next);
    if (found === undefined) return { holder, next };
    holder = found;
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

function bootId(): string {
  return read('/proc/sys/kernel/random/boot_id')?.trim() ?? '';
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
