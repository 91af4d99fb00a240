import { Duplex, type Readable, type Writable } from 'node:stream';

/** Two one-way streams that are one way there and back. */
export interface Pair {
  readonly input: Writable;
  readonly output: Readable;
  /** Ends whatever is behind them, at once. */
  readonly kill: () => void;
}

/**
 * One stream of two, which is gone when whoever made it says so (`destroy`). For what is no socket but must end like one:
 * a process' standard streams, a channel of another connection.
 */
export function joinStreams({ input, output, kill }: Pair): Duplex {
  const stream = new Duplex({
    read: () => {
      output.resume();
    },
    write: (chunk, _encoding, done) => {
      input.write(chunk, () => done());
    },
    final: (done) => {
      input.end(() => done());
    },
    destroy: (error, done) => {
      kill();
      done(error);
    },
  });
  output.on('data', (chunk: Buffer) => {
    if (!stream.push(chunk)) output.pause();
  });
  // The other end may have stopped reading; that it ended is told by whoever made the pair.
  input.on('error', () => {});
  output.on('error', () => {});
  return stream;
}
