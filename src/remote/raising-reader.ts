import type { Reader } from '../domain/access.ts';
import { deniedBy } from '../domain/denied.ts';
import { HostFault } from '../domain/failure.ts';
import { createAsk, type Run } from './ask.ts';
import { raisedFileQuery, raisedListQuery, raisedProbeQuery } from './raised-queries.ts';
import { readUntorn } from './reader.ts';

/**
 * A reader for a login that becomes root for single reads only. All is asked as that login; what is denied is asked once more, each
 * by commands of its own that sudo may allow. What sudo refuses stays denied, and says so. A program is raised only where its step type
 * asks for it.
 */
export function raisingReader(plain: Reader, run: Run): Reader {
  const ask = createAsk(run);
  return {
    ...plain,
    file: (path) => orRaised(plain.file(path), () => readUntorn(ask, raisedFileQuery(path), path)),
    list: (directory) => orRaised(plain.list(directory), () => ask(raisedListQuery(directory))),
    async probe(argv, options = {}) {
      const probe = await plain.probe(argv, options);
      if (options.raise === undefined || (options.raise === 'denied' && deniedBy(probe) === undefined)) return probe;
      try {
        const raised = await ask(raisedProbeQuery(argv, options));
        return raised.refused === undefined ? raised : { ...probe, refused: raised.refused };
      } catch (fault) {
        if (!isMissing(fault)) throw fault;
        return { ...probe, refused: fault.message };
      }
    },
  };
}

async function orRaised<T>(plain: Promise<T>, raised: () => Promise<T>): Promise<T> {
  try {
    return await plain;
  } catch (denied) {
    if (!(denied instanceof HostFault) || denied.failure.code !== 'permission-denied') throw denied;
    try {
      return await raised();
    } catch (fault) {
      if (!(fault instanceof HostFault) || (fault.failure.code !== 'permission-denied' && !isMissing(fault))) throw fault;
      throw new HostFault({ ...denied.failure, message: `${denied.failure.message}; ${fault.message}`, hint: HINT });
    }
  }
}

const HINT = 'runbook sudoers NAME writes down what sudo would have to allow this login';

/** A host without sudo, or without a tool that a raised read takes. */
function isMissing(fault: unknown): fault is HostFault {
  return fault instanceof HostFault && fault.failure.code === 'missing-program';
}
