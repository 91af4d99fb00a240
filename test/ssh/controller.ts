import { HostFault } from '../../src/domain/failure.ts';
import type { ExecRequest, Target } from '../../src/domain/transport.ts';
import { createWorkerTransport } from '../../src/transport/worker-transport.ts';

/** What a controller process is told to do. */
export interface Errand {
  readonly targets: readonly Target[];
  readonly request: ExecRequest;
  readonly secrets: Readonly<Record<string, string>>;
  /** Another program for worker processes than the usual one. */
  readonly entry?: string;
  /** How often a host is visited while its answers are lost. */
  readonly visits: number;
  /** Connections are left open, and worker processes to themselves. */
  readonly careless?: true;
}

/** What one visit of a host came to: how its command ended, or the code with which it was not connected to. */
export interface Visit {
  readonly host: string;
  readonly kind: string;
  readonly words: string;
}

// A process of its own that does what the command line does to hosts, so that it can be killed, stopped and weighed. Tells all
// visits in the end.
process.once('message', async (errand: Errand) => {
  const { secrets, entry } = errand;
  const transport = createWorkerTransport({
    secrets: { get: async ({ secret }) => secrets[secret] },
    ...(entry === undefined ? {} : { entry }),
  });
  const visits = (await Promise.all(errand.targets.map((target) => visitAgain(target)))).flat();
  if (errand.careless !== true) await transport.close();
  process.send?.(visits);
  process.disconnect();

  async function visitAgain(target: Target): Promise<readonly Visit[]> {
    const done: Visit[] = [];
    while (done.length < errand.visits && (done.at(-1)?.kind ?? 'lost') === 'lost') {
      done.push({ host: target.host, ...(await visitOnce(target)) });
    }
    return done;
  }

  async function visitOnce(target: Target): Promise<Omit<Visit, 'host'>> {
    try {
      const connection = await transport.connect(target);
      const result = await connection.exec(errand.request);
      if (errand.careless !== true) await connection.close();
      return { kind: result.kind, words: result.kind === 'lost' ? result.why : Buffer.from(result.stdout).toString('latin1', 0, 300) };
    } catch (error) {
      if (!(error instanceof HostFault)) throw error;
      return { kind: error.failure.code, words: error.failure.message };
    }
  }
});
// As a run under way does it: hosts are brought to their end.
process.on('SIGINT', () => {});
