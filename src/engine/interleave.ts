/**
 * Runs generators side by side, at most `limit()` at a time, begun in order but for those that may not begin yet. Yields whatever is ready as one batch; a
 * generator goes on only after the batch that holds its last value was consumed, so that nothing happens before the
 * event that announces it is durable, while one flush of the journal serves many hosts.
 * `mayBegin` is asked of each before it is begun, by its index, and again when others went on; those to which it says no until nothing is
 * under way are never begun. When one throws, the others under way
 * are brought to their end before its error is thrown, and no further one is begun.
 */
export async function* interleave<T>(
  begin: readonly (() => AsyncGenerator<T, void>)[],
  limit: () => number,
  mayBegin: (index: number) => boolean,
): AsyncGenerator<readonly T[], void> {
  const waiting = [...begin.entries()];
  const active = new Set<AsyncGenerator<T, void>>();
  let ready: { source: AsyncGenerator<T, void>; value: T }[] = [];
  let crash: { error: unknown } | undefined;
  let wake: () => void = () => {};

  const pull = (source: AsyncGenerator<T, void>): void => {
    source.next().then(
      (step) => {
        if (step.done) active.delete(source);
        else ready.push({ source, value: step.value });
        wake();
      },
      (error: unknown) => {
        active.delete(source);
        crash ??= { error };
        wake();
      },
    );
  };

  for (;;) {
    while (crash === undefined && waiting.length > 0 && active.size < limit()) {
      const next = waiting.findIndex(([index]) => mayBegin(index));
      const [chosen] = next < 0 ? [] : waiting.splice(next, 1);
      if (chosen === undefined) break;
      const source = chosen[1]();
      active.add(source);
      pull(source);
    }
    if (ready.length === 0) {
      if (active.size === 0 && crash !== undefined) throw crash.error;
      if (active.size === 0) return;
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
      // Let others that are ready in the same turn join the batch.
      await Promise.resolve();
    }
    if (ready.length > 0) {
      const batch = ready;
      ready = [];
      yield batch.map(({ value }) => value);
      for (const { source } of batch) pull(source);
    }
  }
}
