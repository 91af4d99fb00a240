import type { Reader } from '../domain/access.ts';
import { HostFault } from '../domain/failure.ts';
import type { FileState } from '../domain/file.ts';
import type { Facts } from '../domain/host.ts';
import { type Ask, createAsk, type Run } from './ask.ts';
import { factsQuery } from './facts-query.ts';
import { fileQuery, type Torn } from './file-query.ts';
import { type HostShell, posixHost } from './host-shell.ts';
import { listQuery } from './list-query.ts';
import { probeQuery } from './probe-query.ts';
import type { Query } from './query.ts';
import { lockQuery, transactionQuery } from './transaction-query.ts';
import { unitQuery } from './unit-query.ts';

/** What a reader is told, and tells. */
export interface ReaderOptions {
  /** Is told who the host is. */
  readonly learn?: (facts: Facts) => void;
  /** It plans what root will change: `undo_by` is what takes root's changes back. */
  readonly forRoot?: boolean;
}

/** A Reader whose questions go out by `run`: those of one turn of the event loop in one exchange. */
export function createReader(run: Run, host: HostShell = posixHost, { learn = () => {}, forRoot = false }: ReaderOptions = {}): Reader {
  const ask = createAsk(run);
  let facts: Promise<Facts> | undefined;
  return {
    async facts() {
      facts ??= ask(factsQuery(forRoot));
      try {
        const known = await facts;
        learn(known);
        return known;
      } catch (fault) {
        facts = undefined;
        throw fault;
      }
    },
    file: async (path) => readUntorn(ask, fileQuery(path), path),
    list: async (directory) => ask(listQuery(directory)),
    unit: async (name) => ask(unitQuery(name)),
    probe: async (argv, options) => ask(probeQuery(argv, options)),
    transaction: async (tx) => ask(transactionQuery(tx, host)),
    lock: async () => ask(lockQuery(host)),
  };
}

/** A file that was written to meanwhile is read once more. */
export async function readUntorn(ask: Ask, query: Query<FileState | Torn>, path: string): Promise<FileState> {
  for (const _attempt of ['first', 'second']) {
    const state = await ask(query);
    if (state.kind !== 'torn') return state;
  }
  throw new HostFault({ code: 'protocol', message: `${path} changed twice while it was read`, at: path });
}
