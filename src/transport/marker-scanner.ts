/** Finds a marker in a stream of chunks, wherever it was cut. Occurrences do not overlap. */
export class MarkerScanner {
  readonly #marker: Buffer;
  #tail: Buffer = Buffer.alloc(0);

  constructor(marker: string) {
    this.#marker = Buffer.from(marker);
  }

  /** How often the marker was completed by this chunk. An empty marker never is. */
  feed(chunk: Uint8Array): number {
    if (this.#marker.length === 0) return 0;
    const bytes = Buffer.concat([this.#tail, chunk]);
    let found = 0;
    let from = 0;
    for (let at = bytes.indexOf(this.#marker); at >= 0; at = bytes.indexOf(this.#marker, from)) {
      found += 1;
      from = at + this.#marker.length;
    }
    this.#tail = Buffer.from(bytes.subarray(Math.max(from, bytes.length - this.#marker.length + 1)));
    return found;
  }
}
