import { randomBytes } from 'node:crypto';
import { access, constants, rm, stat, statfs } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { placeFile } from '../../journal/placed-file.ts';
import type { RunsLook, StateLook } from '../../views/doctor/state.ts';
import { keptRuns } from '../kept-runs.ts';

/** Magic numbers of file systems (statfs(2) of Linux). */
const FILE_SYSTEMS: ReadonlyMap<number, NonNullable<StateLook['fileSystem']>> = new Map([
  ...[0x6969, 0x517b, 0xfe534d42, 0xff534d42, 0x01021997, 0x00c36400, 0x5346414f, 0x0bd00bd0].map((magic) => [magic, 'network'] as const),
  ...[0x01021994, 0x858458f6].map((magic) => [magic, 'memory'] as const),
]);

/** Looks at a state directory without making it; in one that is there, a file is made durable and removed. */
export async function lookAtState(path: string): Promise<StateLook> {
  const there = await statOf(path);
  const place = await standing(path);
  const isPlaceDirectory = (await stat(place)).isDirectory();
  const isWritable = isPlaceDirectory && (await mayWrite(place));
  const disk = await statfs(place);
  const fileSystem = FILE_SYSTEMS.get(disk.type >>> 0);
  const syncProblem = there && isWritable ? await syncProblemIn(path) : undefined;
  return {
    path,
    ...(there ? { there: { isDirectory: there.isDirectory(), isOurs: there.uid === process.getuid?.(), mode: there.mode & 0o7777 } } : {}),
    isWritable,
    freeKiB: Math.floor((disk.bavail * disk.bsize) / 1_024),
    ...(fileSystem === undefined ? {} : { fileSystem }),
    ...(syncProblem === undefined ? {} : { syncProblem }),
  };
}

async function statOf(path: string) {
  return stat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined;
    throw error;
  });
}

/** The path, or what is nearest above it of all that is there. */
async function standing(path: string): Promise<string> {
  return (await statOf(path)) || path === dirname(path) ? path : standing(dirname(path));
}

function mayWrite(path: string): Promise<boolean> {
  return access(path, constants.W_OK | constants.X_OK).then(
    () => true,
    () => false,
  );
}

async function syncProblemIn(directory: string): Promise<string | undefined> {
  const trial = join(directory, `doctor.${randomBytes(6).toString('hex')}`);
  try {
    await placeFile(trial, new Uint8Array(4_096));
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  } finally {
    await rm(trial, { force: true }).catch(() => undefined);
  }
}

/** Looks at the runs that are kept; `newest`: the last time that any of them tells, in ms since the epoch. */
export async function lookAtRuns(runsDirectory: string): Promise<RunsLook & { readonly newest?: number }> {
  const { runs, unreadable } = await keptRuns(runsDirectory);
  const times = runs.flatMap(({ events }) => events.at(-1)?.at ?? []);
  return {
    kept: runs.length + unreadable.length,
    live: runs.filter(({ live }) => live).map(({ id }) => id),
    cutOff: runs.flatMap(({ id, doubts }) => (doubts.length === 0 ? [] : [{ run: id, hosts: doubts }])),
    damaged: [
      ...unreadable.map(({ id, failure }) => ({ run: id, why: failure.message })),
      ...runs.flatMap(({ id, damage }) => (damage === undefined ? [] : [{ run: id, why: `run ${id}: ${damage}` }])),
    ],
    ...(times.length === 0 ? {} : { newest: Math.max(...times) }),
  };
}
