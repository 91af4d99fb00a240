import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';

/** One of several things that only one process may have at a time. */
export interface Lock {
  /** Which one it is, by its index. */
  readonly place: number;
  release(): void;
}

/** Takes the first of these lock files that nobody has; waits for the processes that have them, unless they are gone. */
export async function takeAny(paths: readonly string[]): Promise<Lock> {
  for (;;) {
    for (const [place, path] of paths.entries()) {
      if (taken(path)) return { place, release: () => rmSync(path, { force: true }) };
    }
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

function taken(path: string): boolean {
  try {
    writeFileSync(path, String(process.pid), { flag: 'wx' });
    return true;
  } catch {
    const owner = ownerOf(path);
    // Renamed first, since only one of those who wait can: a lock that another one has just taken is not removed.
    if (owner !== undefined && owner !== '' && !existsSync(`/proc/${owner}`)) discard(path, owner);
    return false;
  }
}

function ownerOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

function discard(path: string, owner: string): void {
  const aside = `${path}.${process.pid}`;
  try {
    renameSync(path, aside);
    // It was another one's after all: back it goes.
    if (ownerOf(aside) !== owner) renameSync(aside, path);
    else rmSync(aside);
  } catch {
    // Somebody else was quicker.
  }
}
