import type { Reader } from '../domain/access.ts';
import { HostFault } from '../domain/failure.ts';
import type { FileState } from '../domain/file.ts';
import type { Facts } from '../domain/host.ts';
import { type Ask, createAsk, type Run } from './ask.ts';
import { factsQuery } from './facts-query.ts';
import { fileQuery } from './file-query.ts';
import { type HostShell, posixHost } from './host-shell.ts';
import { listQuery } from './list-query.ts';
import { probeQuery } from './probe-query.ts';
import { lockQuery, transactionQuery } from './transaction-query.ts';
import { unitQuery } from './unit-query.ts';

/** A Reader whose questions go out by `run`: those of one turn of the event loop in one exchange. `learn` is told who the host is. */
export function createReader(run: Run, host: HostShell = posixHost, learn: (facts: Facts) => void = () => undefined): Reader {
  const ask = createAsk(run);
  let facts: Promise<Facts> | undefined;
  return {
    async facts() {
      facts ??= ask(factsQuery);
      try {
        const known = await facts;
        learn(known);
        return known;
      } catch (fault) {
        facts = undefined;
        throw fault;
      }
    },
    file: (path) => readFile(ask, path),
    list: async (directory) => ask(listQuery(directory)),
    unit: async (name) => ask(unitQuery(name)),
    probe: async (argv, options) => ask(probeQuery(argv, options)),
    transaction: async (tx) => ask(transactionQuery(tx, host)),
    lock: async () => ask(lockQuery(host)),
  };
}

/** A file that was written to meanwhile is read once more. */
async function readFile(ask: Ask, path: string): Promise<FileState> {
  const query = fileQuery(path);
  for (const _attempt of ['first', 'second']) {
    const state = await ask(query);
    if (state.kind !== 'torn') return state;
  }
  throw new HostFault({ code: 'protocol', message: `${path} changed twice while it was read`, at: path });
}
