import { Pool } from './pool.ts';

/**
 * Runs generators side by side (`Pool`), at most `limit()` at a time, begun in order but for those that may not begin yet. Yields whatever is
 * ready as one batch.
 * `mayBegin` is asked of each before it is begun, by its index, and again when others went on; those to which it says no until nothing is
 * under way are never begun. When one throws, the others under way
 * are brought to their end before its error is thrown, and no further one is begun.
 */
export async function* interleave<T>(
  begin: readonly (() => AsyncGenerator<T, void>)[],
  limit: () => number,
  mayBegin: (index: number) => boolean,
): AsyncGenerator<readonly T[], void> {
  const pool = new Pool<T>();
  const waiting = [...begin.entries()];
  for (;;) {
    while (!pool.hasCrashed && waiting.length > 0 && pool.size < limit()) {
      const next = waiting.findIndex(([index]) => mayBegin(index));
      const [chosen] = next < 0 ? [] : waiting.splice(next, 1);
      if (chosen === undefined) break;
      pool.add(chosen[1]());
    }
    const batch = await pool.take();
    if (batch === undefined) return;
    if (batch.length > 0) yield batch;
  }
}
