import { count } from '../../formats/count.ts';
import type { CheckFinding } from '../check-report.ts';
import type { InDoubt } from '../in-doubt.ts';
import { bad, type Check, warn } from './check.ts';

/** The directory of runs as it stands, or as it could be made. */
export interface StateLook {
  readonly path: string;
  /** Absent: it is not there yet. */
  readonly there?: { readonly isDirectory: boolean; readonly isOurs: boolean; readonly mode: number };
  /** Whether it may be written to, or made where it is not there. */
  readonly isWritable: boolean;
  /** Where it is or would be made, in KiB. */
  readonly freeKiB: number;
  /** Absent: one that keeps what it is told to, as far as its type tells. */
  readonly fileSystem?: 'network' | 'memory';
  /** Why nothing can be made durable there; absent: it can, or it was not tried. */
  readonly syncProblem?: string;
}

/** Less holds not even the ballast of a journal, and less than the other is soon full, in KiB. */
const ROOM = { least: 4_096, careful: 102_400 };

const FILE_SYSTEMS: Readonly<Record<NonNullable<StateLook['fileSystem']>, CheckFinding>> = {
  network: warn('it is on a network file system, which may lose what was synced, and locks', 'keep runs on a disk of this machine'),
  memory: warn('it is in memory: a reboot loses the record of what was done', 'keep runs on a disk'),
};

/** Judges the directory in which runs are kept. */
export function judgeState(look: StateLook): Check {
  const { path, there, isWritable, freeKiB, fileSystem, syncProblem } = look;
  const elsewhere = '--state-dir DIRECTORY, or set XDG_STATE_HOME';
  const findings: CheckFinding[] = [];
  if (there && !there.isDirectory) findings.push(bad('it is no directory', elsewhere));
  else if (!isWritable) findings.push(bad(there ? 'it may not be written to' : 'it is not there and cannot be made', elsewhere));
  if (syncProblem !== undefined) findings.push(bad(`what is written there cannot be made durable: ${syncProblem}`, elsewhere));
  if (freeKiB < ROOM.least) findings.push(bad(`it has ${freeKiB} KiB left`, 'make room: nothing is changed that cannot be recorded'));
  else if (freeKiB < ROOM.careful) findings.push(warn(`it has ${Math.floor(freeKiB / 1_024)} MiB left`, 'make room before it is full'));
  if (there && !there.isOurs) findings.push(warn('it belongs to another user, who can alter the record', `chown it, or ${elsewhere}`));
  if (there && (there.mode & 0o077) !== 0) {
    findings.push(warn(`others may look into it (mode ${octal(there.mode)}): it holds files of hosts`, `chmod 700 ${path}`));
  }
  if (fileSystem) findings.push(FILE_SYSTEMS[fileSystem]);
  return { check: 'state', says: there ? path : `${path}, made by the first run that changes a host`, findings };
}

function octal(mode: number): string {
  return (mode & 0o777).toString(8).padStart(4, '0');
}

/** The runs that are kept. */
export interface RunsLook {
  readonly kept: number;
  /** Ids of those whose process runs. */
  readonly live: readonly string[];
  /** Those whose process is gone and whose hosts nobody has settled. */
  readonly cutOff: readonly { readonly run: string; readonly hosts: readonly Pick<InDoubt, 'host' | 'undoAt'>[] }[];
  /** Those that cannot be read, or were altered. */
  readonly damaged: readonly { readonly run: string; readonly why: string }[];
}

/** Judges the runs that are kept. `now` in ms since the epoch. */
export function judgeRuns({ kept, live, cutOff, damaged }: RunsLook, now: number): Check {
  const under = live.length === 0 ? '' : `, under way: ${live.join(', ')}`;
  const findings = [
    ...cutOff.map(({ run, hosts }) =>
      warn(`run ${run} was cut off: ${hosts.map((host) => armed(host, now)).join('; ')}`, `runbook resume ${run}`),
    ),
    ...damaged.map(({ run, why }) => warn(why, `runbook runs ${run} --verify; it cannot be taken back from here`)),
  ];
  return { check: 'runs', says: `${count(kept, 'run')} kept${under}`, findings };
}

function armed({ host, undoAt }: Pick<InDoubt, 'host' | 'undoAt'>, now: number): string {
  const time = `${new Date(undoAt).toISOString().slice(0, 19)}Z`;
  return undoAt > now ? `${host} is armed until ${time}` : `${host} should have taken itself back at ${time}`;
}
