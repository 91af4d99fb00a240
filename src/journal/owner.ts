import { readFileSync } from 'node:fs';

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
