import { HostFault } from '../domain/failure.ts';
import type { Frames } from './frames.ts';
import { type Answer, type Query, textOf } from './query.ts';
import type { Script } from './script.ts';

/** Carries one script to the host. */
export type Run = (script: Script) => Promise<Frames>;

/** Puts a question, and waits for its answer. */
export type Ask = <T>(query: Query<T>) => Promise<T>;

interface Waiting {
  readonly query: Query<unknown>;
  readonly answered: PromiseWithResolvers<unknown>;
}

/**
 * Collects questions until all that is runnable now has run, and sends them in one exchange; equal ones are asked once.
 * What came along with an answer counts as asked in the same exchange, and so only for who puts the question at once.
 * While an exchange is under way, further ones gather for the next.
 */
export function createAsk(run: Run): Ask {
  let waiting = new Map<string, Waiting>();
  let busy = false;
  let along = new Map<string, unknown>();

  async function work(): Promise<void> {
    busy = true;
    while (waiting.size > 0) {
      await new Promise((resolve) => setImmediate(resolve));
      const batch = [...waiting.values()];
      waiting = new Map();
      along = new Map();
      await exchangeBatch(run, batch, along);
      setImmediate((old) => old.clear(), along);
    }
    busy = false;
  }

  return async <T>(query: Query<T>): Promise<T> => {
    if (along.has(query.key)) return along.get(query.key) as T;
    const known = waiting.get(query.key) ?? { query, answered: Promise.withResolvers<unknown>() };
    waiting.set(query.key, known);
    if (!busy) void work();
    // The key names the question, and so the type of its answer.
    return (await known.answered.promise) as T;
  };
}

async function exchangeBatch(run: Run, batch: readonly Waiting[], along: Map<string, unknown>): Promise<void> {
  let frames: Frames;
  try {
    frames = await run(scriptOf(batch.map(({ query }) => query)));
  } catch (fault) {
    for (const { answered } of batch) answered.reject(fault);
    return;
  }
  for (const [index, { query }] of batch.entries()) takeAlong(query, frames, `q${index}`, along);
  batch.forEach(({ query, answered }, index) => {
    try {
      answered.resolve(answerOf(query, frames, `q${index}`));
    } catch (fault) {
      answered.reject(fault);
    }
  });
}

function scriptOf(queries: readonly Query<unknown>[]): Script {
  const calls = queries.map((query, index) => {
    const id = `q${index}`;
    return query.tools.length === 0 ? query.call(id) : `need ${id} ${query.tools.join(' ')} && ${query.call(id)}`;
  });
  return {
    functions: queries.flatMap(({ functions }) => functions),
    body: calls.join('\n'),
    leavesShell: true,
    timeoutMs: queries.reduce((sum, { timeoutMs }) => sum + timeoutMs, 0),
    maxBytes: Math.min(
      MAX_ANSWER_BYTES,
      queries.reduce((sum, { maxBytes }) => sum + maxBytes, 64 * 1024),
    ),
  };
}

/** What one host may make this process hold at a time. */
const MAX_ANSWER_BYTES = 64 * 1024 * 1024;

function answerOf<T>(query: Query<T>, frames: Frames, id: string): T {
  const missing = frames.get(`${id}.missing`);
  if (missing) throw missingFault(query, textOf(missing).trim());
  return query.parse(framesOf(query, frames, id));
}

function framesOf({ key }: Query<unknown>, frames: Frames, id: string): Answer {
  return {
    frame(name) {
      const frame = frames.get(`${id}.${name}`);
      if (frame) return frame;
      throw new HostFault({ code: 'protocol', message: `the host left out its answer to: ${key}` });
    },
  };
}

/** What cannot be read of it is asked for when it is needed, and then says what is wrong. */
function takeAlong(query: Query<unknown>, frames: Frames, id: string, along: Map<string, unknown>): void {
  try {
    for (const more of query.along?.(framesOf(query, frames, id)) ?? []) {
      const name = `${id}.${more.id}`;
      if (!frames.has(`${name}.missing`)) keepAlong(more.query, framesOf(more.query, frames, name), along);
    }
  } catch (fault) {
    if (!(fault instanceof HostFault)) throw fault;
  }
}

function keepAlong(query: Query<unknown>, answer: Answer, along: Map<string, unknown>): void {
  try {
    along.set(query.key, query.parse(answer));
  } catch (fault) {
    if (!(fault instanceof HostFault)) throw fault;
  }
}

function missingFault(query: Query<unknown>, programs: string): HostFault {
  return new HostFault({ code: query.missing ?? 'missing-program', message: `the host has no ${programs.split(' ').join(', ')}` });
}
