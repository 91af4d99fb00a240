import { readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { placeFile } from './placed-file.ts';

/** What somebody wants of a run that is under way. `halt`: begin nothing more, bring what is under way to its end. */
export type Want = 'pause' | 'continue' | 'halt';

/** A wish, and whose it is. */
export interface Wish {
  readonly want: Want;
  readonly by: string;
}

const WANTS: ReadonlySet<unknown> = new Set<Want>(['pause', 'continue', 'halt']);

/** Leaves a wish for the process of a run; a later one takes its place. Throws what the file system says. */
export function leaveWish(directory: string, wish: Wish): Promise<void> {
  return placeFile(pathIn(directory), Buffer.from(`${JSON.stringify(wish)}\n`, 'utf8'));
}

/** Whether the process of a run has not taken the last wish yet. */
export async function wishWaits(directory: string): Promise<boolean> {
  return stat(pathIn(directory)).then(
    () => true,
    () => false,
  );
}

/** Takes a wish that was left; undefined where there is none. What is no wish is taken away and forgotten: nothing hangs on it. */
export async function takeWish(directory: string): Promise<Wish | undefined> {
  const text = await readFile(pathIn(directory), 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  await rm(pathIn(directory), { force: true }).catch(() => {});
  try {
    const found: unknown = JSON.parse(text);
    return isWish(found) ? found : undefined;
  } catch {
    return undefined;
  }
}

function isWish(found: unknown): found is Wish {
  return (
    typeof found === 'object' && found !== null && 'want' in found && WANTS.has(found.want) && 'by' in found && typeof found.by === 'string'
  );
}

function pathIn(directory: string): string {
  return join(directory, 'wish');
}
