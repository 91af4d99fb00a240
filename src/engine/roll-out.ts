import type { EventBody } from '../domain/event.ts';
import type { Outcome } from '../domain/plan.ts';
import type { Rollout } from '../domain/runbook.ts';
import { isSettled } from '../domain/transaction.ts';
import { interleave } from './interleave.ts';
import type { Ports } from './ports.ts';
import { asked, type Finish } from './run.ts';
import { failureBudget, hostsIn, wavesOf } from './waves.ts';

/** A host that is ready to be changed: begun, it yields its events to the end. */
export interface Ready {
  readonly name: string;
  begin(): AsyncGenerator<EventBody, void>;
}

/** How many hosts of a group may be changed and not settled at the same time, whatever the wave. */
export interface GroupLimit {
  readonly group: string;
  readonly most: number;
  readonly hosts: ReadonlySet<string>;
}

/** What a rollout is held to, beside the runbook's own policy. */
export interface RollOutOptions {
  /** Ask again before each wave after the first. */
  readonly confirmWaves: boolean;
  /** The outcome that the run is for, and never a failure. */
  readonly aim: Outcome;
  readonly limits?: readonly GroupLimit[];
}

/**
 * Outcomes that spend the failure budget: all in which a change was begun, or could not be, and the host is not known to be
 * well. A stale host is refused before anything is done to it, so it says nothing against doing the same to others.
 */
const SPENDS: ReadonlySet<Outcome> = new Set(['failed', 'rolled-back', 'conflict', 'unreachable', 'unknown']);

/**
 * Changes hosts wave by wave. A wave starts only when the one before it has ended and the failures so far are within
 * the budget; hosts under way when it is exceeded are brought to their end, the rest is not begun. Never are more hosts of a wave
 * changed and unconfirmed than `maxUnavailable`, and never more of a group than its own limit: a host is begun when another one was
 * confirmed or is back. Hosts of other groups go on meanwhile.
 */
export async function* rollOut(
  hosts: readonly Ready[],
  rollout: Rollout,
  { confirmWaves, aim, limits = [] }: RollOutOptions,
  ports: Ports,
): AsyncGenerator<readonly EventBody[], Finish> {
  const waves = wavesOf(hosts, rollout.waves);
  const budget = failureBudget(rollout.maxFailures, hosts.length);
  const tally = new Tally(aim);
  const notStarted = () => hosts.flatMap(({ name }) => (tally.begun.has(name) ? [] : [name]));
  for (const [index, wave] of waves.entries()) {
    const number = index + 1;
    const names = wave.map(({ name }) => name);
    const most = rollout.maxUnavailable === undefined ? Number.POSITIVE_INFINITY : hostsIn(rollout.maxUnavailable, wave.length);
    const isHeld = () => tally.unconfirmed >= most;
    const held = (): EventBody => {
      return { type: 'rollout.held', unconfirmed: tally.unconfirmed, maxUnavailable: most, notStarted: notStarted() };
    };
    const fullGroup = (name: string) => limits.find(({ hosts: of, most: few }) => of.has(name) && tally.busyOf(of) >= few);
    if (ports.stop.aborted) return { declined: false };
    if (isHeld()) {
      yield [held()];
      return { declined: false };
    }
    // The first wave was approved together with the run.
    if (confirmWaves && index > 0) {
      const approval = yield* asked({ name: `wave-${number}`, hosts: names, questions: [], offersWaves: false }, ports);
      if (approval.answer !== 'yes') return { declined: true };
    }
    yield [{ type: 'wave.started', wave: number, of: waves.length, hosts: names }];
    for await (const events of interleave(
      wave.map(({ name, begin }) => () => {
        tally.busy.add(name);
        return begin();
      }),
      () => Math.min(rollout.parallel, most - tally.unconfirmed),
      (index) => !ports.stop.aborted && tally.failures <= budget && !isHeld() && fullGroup(names[index] ?? '') === undefined,
    )) {
      for (const event of events) tally.take(event);
      yield events;
    }
    const { failures } = tally;
    yield [{ type: 'wave.finished', wave: number, failures, budget }];
    if (failures > budget) {
      yield [{ type: 'budget.exceeded', failures, budget, notStarted: notStarted() }];
      return { declined: false };
    }
    // Whether the next wave may begin is asked by its own measure; this one was not begun whole.
    const left = names.filter((name) => !tally.begun.has(name));
    if (!ports.stop.aborted && left.length > 0) {
      const full = isHeld() ? undefined : fullGroup(left[0] ?? '');
      yield [full === undefined ? held() : heldBy(full, tally, notStarted())];
      return { declined: false };
    }
  }
  return { declined: false };
}

function heldBy({ group, most, hosts }: GroupLimit, tally: Tally, notStarted: readonly string[]): EventBody {
  return { type: 'rollout.held', unconfirmed: tally.busyOf(hosts), maxUnavailable: most, notStarted, group };
}

/** How a rollout goes, by the events of its hosts. */
class Tally {
  readonly begun = new Set<string>();
  /** Hosts that were begun, and are not known to be settled. */
  readonly busy = new Set<string>();
  failures = 0;
  /** Hosts that came to their end here and have not settled: nobody knows of them, or they go on taking themselves back. */
  unconfirmed = 0;
  readonly #aim: Outcome;
  readonly #open = new Set<string>();

  constructor(aim: Outcome) {
    this.#aim = aim;
  }

  /** How many of a group are begun and not settled. */
  busyOf(hosts: ReadonlySet<string>): number {
    return [...this.busy].filter((name) => hosts.has(name)).length;
  }

  take(event: EventBody): void {
    switch (event.type) {
      case 'host.started':
        this.begun.add(event.host);
        break;
      case 'transaction.intended':
        this.#open.add(event.host);
        break;
      case 'transaction.finished':
      case 'transaction.reported':
        if (isSettled(event.state)) this.#open.delete(event.host);
        break;
      case 'host.finished':
        if (this.#open.has(event.host)) this.unconfirmed += 1;
        else this.busy.delete(event.host);
        if (event.outcome !== this.#aim && SPENDS.has(event.outcome)) this.failures += 1;
        break;
    }
  }
}
