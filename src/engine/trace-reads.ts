import type { DirEntry, Fleet, Probe, ProbeOptions, Reader, UnitProperties } from '../domain/access.ts';
import type { Read } from '../domain/denied.ts';
import type { Result } from '../domain/failure.ts';
import type { FileState } from '../domain/file.ts';
import type { Facts, Host } from '../domain/host.ts';
import type { JsonObject } from '../domain/json.ts';
import type { StepPlan } from '../domain/plan.ts';
import type { Runbook, Step } from '../domain/runbook.ts';
import type { Scope } from '../domain/step.ts';
import type { HostLock, TransactionReport } from '../domain/transaction.ts';
import { Elsewhere } from './elsewhere.ts';
import type { Place } from './observe-step.ts';
import { readersOf } from './plan-host.ts';
import type { Clock } from './ports.ts';
import { readSteps } from './read-steps.ts';

/** What is traced on which host. */
export interface Tracing {
  readonly runbook: Runbook;
  readonly inputs: JsonObject;
  readonly fleet: Fleet;
  readonly clock: Clock;
  hostFor(pattern: string): Result<Host>;
}

/** A read of a step. */
export interface TracedRead {
  readonly step: string;
  readonly read: Read;
  /** Of a program: it may be asked as root (`ProbeOptions.raise`). */
  readonly raise: boolean;
  /** Where a file's path leads to; absent where there is no such file. */
  readonly real?: string;
}

/** All that a runbook reads on a host, as its step types do it, and what became of each step. */
export interface Trace {
  readonly reads: readonly TracedRead[];
  readonly plans: readonly StepPlan[];
}

type Asked = Omit<TracedRead, 'real'> & { readonly answer: Promise<unknown> };

/**
 * Has every step of all phases look, whether or not it is affected, and writes down what it asks. Nothing is planned on the changes of
 * another. Throws `HostFault` when the host cannot be reached.
 */
export async function traceReads(host: Host, { runbook, inputs, fleet, clock, hostFor }: Tracing): Promise<Trace> {
  const asked: Asked[] = [];
  const elsewhere = new TracedElsewhere(fleet, hostFor, asked);
  const { of } = readersOf(host, { fleet, elsewhere, clock });
  const readers = { elsewhere, clock, of: async (step: Step) => tracing(await of(step), step.id, asked) };
  const facts = await (await fleet.read(host)).facts();
  let scope: Scope = { inputs, steps: {}, facts, host: { name: host.name, groups: host.groups, vars: host.vars } };
  const plans: StepPlan[] = [];
  for (const steps of [runbook.diagnose, runbook.remediate, runbook.verify]) {
    const done = await readSteps(steps, scope, readers);
    scope = done.scope;
    plans.push(...done.plans);
  }
  return { reads: await Promise.all(asked.map(settled)), plans };
}

async function settled({ answer, ...traced }: Asked): Promise<TracedRead> {
  const state = await answer.catch(() => undefined);
  return isFile(state) ? { ...traced, real: state.realPath } : traced;
}

function isFile(state: unknown): state is Extract<FileState, { kind: 'file' }> {
  return typeof state === 'object' && state !== null && 'realPath' in state;
}

class TracedElsewhere extends Elsewhere {
  readonly #asked: Asked[];

  constructor(fleet: Fleet, hostFor: (pattern: string) => Result<Host>, asked: Asked[]) {
    super(fleet, hostFor);
    this.#asked = asked;
  }

  override async place(pattern: string, step: Step): Promise<Place> {
    const place = await super.place(pattern, step);
    return 'reader' in place ? { reader: tracing(place.reader, step.id, this.#asked) } : place;
  }
}

/** A user id that no account has. */
const NOBODY = -1;

function tracing(base: Reader, step: string, asked: Asked[]): Reader {
  const kept = <T>(read: Read, answer: Promise<T>, raise = true): Promise<T> => {
    asked.push({ step, read, raise, answer });
    return answer;
  };
  return {
    // Who plans is not the root that looks here, and has another home.
    facts: async (): Promise<Facts> => ({ ...(await base.facts()), uid: NOBODY }),
    file: (path): Promise<FileState> => kept({ kind: 'file', path }, base.file(path)),
    list: (directory): Promise<readonly DirEntry[]> => kept({ kind: 'list', directory }, base.list(directory)),
    unit: (unit): Promise<UnitProperties> => kept({ kind: 'unit', unit }, base.unit(unit)),
    probe: (argv: readonly string[], options?: ProbeOptions): Promise<Probe> =>
      kept({ kind: 'probe', argv }, base.probe(argv, options), options?.raise !== undefined),
    transaction: (tx): Promise<TransactionReport> => base.transaction(tx),
    lock: (): Promise<HostLock | undefined> => base.lock(),
  };
}
