type Source<T> = AsyncGenerator<T, void>;

/**
 * Generators that run side by side. A generator goes on only once the batch that holds its last value was consumed, so that nothing happens
 * before the event that announces it is durable, while one flush of the journal serves many hosts.
 */
export class Pool<T> {
  readonly #active = new Set<Source<T>>();
  #ready: { readonly source: Source<T>; readonly value: T }[] = [];
  #taken: readonly Source<T>[] = [];
  #crash: { readonly error: unknown } | undefined;
  #wake: () => void = () => {};

  /** How many are under way. */
  get size(): number {
    return this.#active.size;
  }

  /** One of them threw: the others are to be brought to their end, and none is to be begun. */
  get hasCrashed(): boolean {
    return this.#crash !== undefined;
  }

  add(source: Source<T>): void {
    this.#active.add(source);
    this.#pull(source);
  }

  /**
   * Lets those go on whose values were taken last, and gives what is ready as one batch: empty where one came to its end, undefined where
   * none is under way. Then it throws what one of them threw.
   */
  async take(): Promise<readonly T[] | undefined> {
    const taken = this.#taken;
    this.#taken = [];
    for (const source of taken) this.#pull(source);
    if (this.#ready.length === 0) {
      if (this.#active.size === 0) {
        if (this.#crash) throw this.#crash.error;
        return undefined;
      }
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
      // Let others that are ready in the same turn join the batch.
      await Promise.resolve();
    }
    const batch = this.#ready;
    this.#ready = [];
    this.#taken = batch.map(({ source }) => source);
    return batch.map(({ value }) => value);
  }

  #pull(source: Source<T>): void {
    source.next().then(
      (step) => {
        if (step.done) this.#active.delete(source);
        else this.#ready.push({ source, value: step.value });
        this.#wake();
      },
      (error: unknown) => {
        this.#active.delete(source);
        this.#crash ??= { error };
        this.#wake();
      },
    );
  }
}
