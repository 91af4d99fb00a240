/** A bounded number of places; who finds none waits in line. */
export class Slots {
  readonly #waiting: (() => void)[] = [];
  #limit: number;
  #taken = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  get taken(): number {
    return this.#taken;
  }

  /** Lowers the number of places to what is taken now, at least one. It never grows again. */
  shrink(): void {
    this.#limit = Math.max(1, Math.min(this.#limit, this.#taken));
  }

  /** Waits for a place. The function it gives back frees the place, once. */
  async take(): Promise<() => void> {
    while (this.#taken >= this.#limit) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    this.#taken += 1;
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      this.#taken -= 1;
      this.#waiting.shift()?.();
    };
  }
}
