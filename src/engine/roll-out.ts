import type { EventBody } from '../domain/event.ts';
import type { Outcome } from '../domain/plan.ts';
import type { Rollout } from '../domain/runbook.ts';
import { interleave } from './interleave.ts';
import type { Ports } from './ports.ts';
import { asked, type Finish } from './run.ts';
import { Tally } from './tally.ts';
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

type Batches<T> = AsyncGenerator<readonly EventBody[], T>;

/**
 * Changes hosts wave by wave. A wave starts only when the one before it has ended and the failures so far are within
 * the budget; hosts under way when it is exceeded are brought to their end, the rest is not begun. Never are more hosts of a wave
 * changed and unconfirmed than `maxUnavailable`, and never more of a group than its own limit: a host is begun when another one was
 * confirmed or is back. Hosts of other groups go on meanwhile. While somebody has paused the run no host is begun, and those under
 * way come to their end.
 */
export function rollOut(hosts: readonly Ready[], rollout: Rollout, options: RollOutOptions, ports: Ports): Batches<Finish> {
  return new Walk(hosts, rollout, options, ports).run();
}

class Walk {
  readonly #hosts: readonly Ready[];
  readonly #rollout: Rollout;
  readonly #options: RollOutOptions;
  readonly #ports: Ports;
  readonly #tally: Tally;
  readonly #budget: number;

  constructor(hosts: readonly Ready[], rollout: Rollout, options: RollOutOptions, ports: Ports) {
    this.#hosts = hosts;
    this.#rollout = rollout;
    this.#options = options;
    this.#ports = ports;
    this.#tally = new Tally(options.aim);
    this.#budget = failureBudget(rollout.maxFailures, hosts.length);
  }

  async *run(): Batches<Finish> {
    const waves = wavesOf(this.#hosts, this.#rollout.waves);
    for (const [index, wave] of waves.entries()) {
      yield* this.#untilContinued();
      if (this.#ports.stop.aborted) return { declined: false };
      const most = this.#mostOf(wave);
      if (this.#isHeld(most)) {
        yield [this.#held(most)];
        return { declined: false };
      }
      const names = wave.map(({ name }) => name);
      // The first wave was approved together with the run.
      if (this.#options.confirmWaves && index > 0) {
        const gate = { name: `wave-${index + 1}`, hosts: names, questions: [], offersWaves: false };
        const approval = yield* asked(gate, this.#ports);
        if (approval.answer !== 'yes') return { declined: true };
      }
      yield [{ type: 'wave.started', wave: index + 1, of: waves.length, hosts: names }];
      yield* this.#carryOut(wave, most);
      const { failures } = this.#tally;
      yield [{ type: 'wave.finished', wave: index + 1, failures, budget: this.#budget }];
      const stopped = this.#stoppedIn(names, most);
      if (stopped) {
        yield [stopped];
        return { declined: false };
      }
    }
    return { declined: false };
  }

  /** Brings all hosts of a wave to their end, or as many as may be begun. */
  async *#carryOut(wave: readonly Ready[], most: number): Batches<void> {
    for (let left = wave; left.length > 0; left = left.filter(({ name }) => !this.#tally.begun.has(name))) {
      const ready = left;
      const batches = interleave(
        ready.map(({ name, begin }) => () => {
          this.#tally.busy.add(name);
          return begin();
        }),
        () => Math.min(this.#rollout.parallel, most - this.#tally.unconfirmed),
        (index) => this.#mayBegin(ready[index]?.name ?? '', most),
      );
      for await (const events of batches) {
        for (const event of events) this.#tally.take(event);
        yield events;
      }
      if (!(yield* this.#untilContinued())) return;
    }
  }

  #mayBegin(name: string, most: number): boolean {
    if (this.#ports.stop.aborted || this.#ports.control.pausedBy() !== undefined) return false;
    return this.#tally.failures <= this.#budget && !this.#isHeld(most) && this.#fullGroup(name) === undefined;
  }

  /** Waits while the run is paused; true when it was. Nothing is under way then, so that nobody waits for a confirm. */
  async *#untilContinued(): Batches<boolean> {
    const { control, stop } = this.#ports;
    const by = control.pausedBy();
    if (by === undefined || stop.aborted || this.#tally.failures > this.#budget) return false;
    yield [{ type: 'rollout.paused', by, notStarted: this.#notStarted() }];
    while (control.pausedBy() !== undefined && !stop.aborted) await control.changed(stop);
    if (!stop.aborted) yield [{ type: 'rollout.continued' }];
    return !stop.aborted;
  }

  /** Why no further wave is begun; undefined when one may be. */
  #stoppedIn(names: readonly string[], most: number): EventBody | undefined {
    const { failures } = this.#tally;
    if (failures > this.#budget) return { type: 'budget.exceeded', failures, budget: this.#budget, notStarted: this.#notStarted() };
    // Whether the next wave may begin is asked by its own measure; this one was not begun whole.
    const left = names.filter((name) => !this.#tally.begun.has(name));
    if (this.#ports.stop.aborted || left.length === 0) return undefined;
    const full = this.#isHeld(most) ? undefined : this.#fullGroup(left[0] ?? '');
    return full === undefined ? this.#held(most) : this.#heldBy(full);
  }

  #mostOf(wave: readonly Ready[]): number {
    const { maxUnavailable } = this.#rollout;
    return maxUnavailable === undefined ? Number.POSITIVE_INFINITY : hostsIn(maxUnavailable, wave.length);
  }

  #isHeld(most: number): boolean {
    return this.#tally.unconfirmed >= most;
  }

  #held(most: number): EventBody {
    return { type: 'rollout.held', unconfirmed: this.#tally.unconfirmed, maxUnavailable: most, notStarted: this.#notStarted() };
  }

  #heldBy({ group, most, hosts }: GroupLimit): EventBody {
    return { type: 'rollout.held', unconfirmed: this.#tally.busyOf(hosts), maxUnavailable: most, notStarted: this.#notStarted(), group };
  }

  #fullGroup(name: string): GroupLimit | undefined {
    return this.#options.limits?.find(({ hosts, most }) => hosts.has(name) && this.#tally.busyOf(hosts) >= most);
  }

  #notStarted(): readonly string[] {
    return this.#hosts.flatMap(({ name }) => (this.#tally.begun.has(name) ? [] : [name]));
  }
}
