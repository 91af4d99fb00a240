import type { EventBody } from '../domain/event.ts';
import { type Failure, HostFault } from '../domain/failure.ts';
import type { Host } from '../domain/host.ts';
import type { Standing, TransactionReport } from '../domain/transaction.ts';
import type { Ports } from './ports.ts';

/** A transaction that was sent to a host and is not settled yet. */
export interface Live {
  readonly host: Host;
  readonly become: boolean | undefined;
  readonly tx: string;
  /** By `Clock.elapsed`: from then on the host takes it back by itself. */
  readonly until: number;
  /** The machine that was changed, where that is known: another one behind the same name is not asked. */
  readonly machineId?: string;
}

/** What was found out in the end. */
export type Known =
  | { readonly kind: 'standing'; readonly standing: Standing }
  /** The host did not answer until after it must have taken itself back. */
  | { readonly kind: 'unknown'; readonly failure: Failure };

/** How long a host may take, after its time is up, to take itself back and to answer, in ms. */
const GRACE_MS = 30_000;
const PAUSE_MS = 2_000;

/** A connection that was dropped is back sooner than this; who is silent for longer is waited for by nobody, in ms. */
const PARK_AFTER_MS = 20_000;

/**
 * Tells a host to keep its changes or to take them back, and asks until it is known that it did. Both are the same however
 * often they are asked, and the host's own record decides what comes of it: a confirm that comes too late finds the
 * transaction rolled back.
 */
export async function* settle(live: Live, verb: 'confirm' | 'undo', ports: Ports): AsyncGenerator<EventBody, Known> {
  yield { type: `${verb}.intended`, host: live.host.name, tx: live.tx };
  const access = { become: live.become };
  // Not the end for a confirm, which met the host's own undo, nor for an undo that may have met itself, its first answer lost: what
  // is under way is waited for. Any other undo has tried, and did not succeed.
  let meets = verb === 'confirm';
  let rolling: Standing | undefined;
  const found = yield* untilKnown(live, ports, async () => {
    rolling = undefined;
    const writer = await ports.fleet.write(live.host, access);
    const met = meets;
    // So it stays where no answer comes.
    meets = true;
    const standing = await writer[verb](live.tx);
    meets = met;
    if (meets && standing.state === 'rolling') {
      rolling = standing;
      return undefined;
    }
    // A record that cannot be moved on (a full or read-only disk) may be by the next attempt.
    return standing.state === 'applied' && ports.clock.elapsed() < live.until ? undefined : standing;
  });
  const known = orRolling(found, rolling);
  if (known.kind === 'standing') yield reported(live, known.standing);
  return known;
}

/**
 * Asks a host what became of a transaction whose answer was lost. One that is still being carried out is waited for; one that
 * came to a halt is taken back; one that never began is fenced, so that it never will.
 */
export async function* askUntilKnown(live: Live, ports: Ports): AsyncGenerator<EventBody, Known> {
  const access = { become: live.become };
  // Not the end, but where it stands when the time is up: the host goes on trying.
  let rolling: Standing | undefined;
  const found = yield* untilKnown(live, ports, async () => {
    rolling = undefined;
    const reader = await ports.fleet.read(live.host, access);
    const [{ machine_id }, report] = await Promise.all([reader.facts(), reader.transaction(live.tx)]);
    if (live.machineId !== undefined && machine_id !== live.machineId) throw new HostFault(anotherMachine(live.machineId, machine_id));
    if (mustEnd(report)) return (await ports.fleet.write(live.host, access)).undo(live.tx);
    if (report.state === 'rolling') rolling = report;
    return isUnderWay(report) ? undefined : report;
  });
  const known = orRolling(found, rolling);
  if (known.kind === 'standing') yield reported(live, known.standing);
  return known;
}

/** Where a host stands that goes on taking itself back when nobody waits any more. */
function orRolling(found: Known, rolling: Standing | undefined): Known {
  return found.kind === 'unknown' && rolling ? { kind: 'standing', standing: rolling } : found;
}

function mustEnd({ state, working }: TransactionReport): boolean {
  return state === 'none' || (!working && ['preparing', 'prepared', 'armed', 'applying'].includes(state));
}

function isUnderWay({ state }: TransactionReport): boolean {
  return ['preparing', 'prepared', 'armed', 'applying', 'rolling'].includes(state);
}

/** Asks until there is an answer, or the time is up. A host that has not answered for a while is parked, once. */
async function* untilKnown(live: Live, ports: Ports, attempt: () => Promise<Standing | undefined>): AsyncGenerator<EventBody, Known> {
  const { clock, fleet } = ports;
  const began = clock.elapsed();
  let parked = false;
  for (;;) {
    let failure: Failure = { code: 'timed-out', message: 'it was still under way when its time was up' };
    try {
      const standing = await attempt();
      if (standing) return { kind: 'standing', standing };
    } catch (error) {
      if (!(error instanceof HostFault)) throw error;
      if (error.failure.code === 'conflict') return { kind: 'unknown', failure: error.failure };
      failure = error.failure;
      await fleet.close(live.host);
      if (!parked && clock.elapsed() - began >= PARK_AFTER_MS) {
        parked = true;
        yield { type: 'host.parked', host: live.host.name, failure };
      }
    }
    if (clock.elapsed() > live.until + GRACE_MS) return { kind: 'unknown', failure: unanswered(failure) };
    await clock.sleep(PAUSE_MS);
  }
}

function anotherMachine(expected: string, found: string): Failure {
  const message = `another machine answers than the one that was changed: machine-id ${found}, not ${expected}; nothing was done`;
  return { code: 'conflict', message, hint: 'does the inventory name the right address?' };
}

function unanswered({ message, ...failure }: Failure): Failure {
  const hint = 'unless it was confirmed, it takes itself back when its time is up: runbook resume RUN asks it';
  return { ...failure, message: `not known where the host stands: ${message}`, hint };
}

function reported({ host, tx }: Live, { state, remarks }: Standing): EventBody {
  return { type: 'transaction.reported', host: host.name, tx, state, remarks };
}
