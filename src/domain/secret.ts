import type { Json } from './json.ts';

/** What stands in place of a secret wherever it is shown. */
export const MASKED = '***';

/**
 * A value that was encrypted where it stood, or that is a password. However it gets into a text (a template, JSON, a log, a debugger), the
 * mask is there; `reveal` is for those alone who send it on.
 */
export class Secret<T extends Json = Json> {
  readonly #value: T;

  constructor(value: T) {
    this.#value = value;
  }

  reveal(): T {
    return this.#value;
  }

  toString(): string {
    return MASKED;
  }

  toJSON(): string {
    return MASKED;
  }

  /** What Node's `util.inspect` asks for. */
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return MASKED;
  }
}
