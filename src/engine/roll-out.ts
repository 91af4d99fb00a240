import type { EventBody, GateVerdict } from '../domain/event.ts';
import type { CutShort, Outcome } from '../domain/plan.ts';
import type { Rollout } from '../domain/runbook.ts';
import type { GateCheck } from './gate.ts';
import { byMoment, type Moment } from './jitter.ts';
import { Pool } from './pool.ts';
import type { Ports } from './ports.ts';
import { asked, type Finish } from './run.ts';
import { Tally } from './tally.ts';
import { failureBudget, hostsIn, wavesOf } from './waves.ts';

/** A host that is ready to be changed: begun, it yields its events to the end. */
export interface Ready {
  readonly name: string;
  /** Absent where zones do not count. */
  readonly zone?: string;
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
  /** Asks whether a wave left all well: of the hosts that it brought to their aim, and whether another wave follows. */
  gate?(hosts: readonly string[], goesOn: boolean): AsyncGenerator<GateCheck, GateVerdict> | undefined;
}

type Batches<T> = AsyncGenerator<readonly EventBody[], T>;

/**
 * Changes hosts wave by wave. A wave starts only when the one before it has ended, the failures so far are within
 * the budget, and its gate passes; hosts under way when the budget is exceeded are brought to their end, the rest is not begun. Never are
 * more hosts of a wave changed and unconfirmed than `maxUnavailable`, and never more of a group than its own limit: a host is begun when
 * another one was confirmed or is back. Hosts of other groups go on meanwhile. While somebody has paused the run, or a gate could not be
 * asked, no host is begun, and those under way come to their end. No wave and no host begins once the policy's time is over. A host that
 * does not answer any more is not waited for: it counts as a failure, and the others go on; its end is heard of before the run's.
 */
export function rollOut(hosts: readonly Ready[], rollout: Rollout, options: RollOutOptions, ports: Ports): Batches<Finish> {
  return new Walk(hosts, rollout, options, ports).run();
}

/** A wave among all of them, numbered from 1. */
interface Wave {
  readonly number: number;
  readonly of: number;
  readonly hosts: readonly Ready[];
  /** How many of it may be changed and not confirmed at the same time. */
  readonly most: number;
}

/** Why a run ends before its last wave: what is told at once, and what once nothing is under way any more. */
interface Stop {
  readonly events: readonly EventBody[];
  last?(): readonly EventBody[];
  readonly finish: Finish;
}

class Walk {
  readonly #hosts: readonly Ready[];
  readonly #rollout: Rollout;
  readonly #options: RollOutOptions;
  readonly #ports: Ports;
  readonly #tally: Tally;
  readonly #budget: number;
  readonly #pool = new Pool<EventBody>();

  constructor(hosts: readonly Ready[], rollout: Rollout, options: RollOutOptions, ports: Ports) {
    this.#hosts = hosts;
    this.#rollout = rollout;
    this.#options = options;
    this.#ports = ports;
    this.#tally = new Tally(options.aim);
    this.#budget = failureBudget(rollout.maxFailures, hosts.length);
  }

  async *run(): Batches<Finish> {
    const waves = wavesOf(this.#hosts, this.#rollout, ({ zone }) => zone);
    for (const [index, hosts] of waves.entries()) {
      const wave: Wave = { number: index + 1, of: waves.length, hosts, most: this.#mostOf(hosts) };
      const stopped = (yield* this.#beforeWave(wave)) ?? (yield* this.#inWave(wave)) ?? (yield* this.#afterWave(wave));
      if (stopped === undefined) continue;
      if (stopped.events.length > 0) yield stopped.events;
      yield* this.#drained();
      const last = stopped.last?.() ?? [];
      if (last.length > 0) yield last;
      return stopped.finish;
    }
    yield* this.#drained();
    return { declined: false };
  }

  /** Hears of the end of all that is under way. */
  async *#drained(): Batches<void> {
    for (let batch = await this.#pool.take(); batch !== undefined; batch = await this.#pool.take()) yield* this.#taken(batch);
  }

  async *#taken(batch: readonly EventBody[]): Batches<void> {
    for (const event of batch) this.#tally.take(event);
    if (batch.length > 0) yield batch;
  }

  async *#beforeWave({ number, hosts, most }: Wave): Batches<Stop | undefined> {
    yield* this.#untilContinued();
    if (this.#ports.stop.aborted) return stop();
    if (this.#isHeld(most)) return stop(this.#held(most));
    // The first wave was approved together with the run.
    if (this.#options.confirmWaves && number > 1) {
      const waves = [hosts.length];
      const gate = { name: `wave-${number}`, hosts: hosts.map(({ name }) => name), questions: [], waves, offersWaves: false };
      const approval = yield* asked(gate, this.#ports);
      if (approval.answer !== 'yes') return { events: [], finish: { declined: true } };
    }
    return this.#closed();
  }

  async *#inWave(wave: Wave): Batches<Stop | undefined> {
    const names = wave.hosts.map(({ name }) => name);
    const zone = wave.hosts[0]?.zone;
    yield [{ type: 'wave.started', wave: wave.number, of: wave.of, hosts: names, ...(zone === undefined ? {} : { zone }) }];
    yield* this.#carryOut(wave);
    const { failures } = this.#tally;
    yield [{ type: 'wave.finished', wave: wave.number, failures, budget: this.#budget }];
    return this.#stoppedIn(wave);
  }

  async *#afterWave(wave: Wave): Batches<Stop | undefined> {
    const goesOn = wave.number < wave.of;
    const gate = this.#ports.stop.aborted ? undefined : this.#options.gate?.(this.#aimedOf(wave.hosts), goesOn);
    if (gate === undefined) return undefined;
    let attempt = 0;
    let step = await gate.next();
    for (; !step.done; step = await gate.next()) {
      attempt += 1;
      yield [{ type: 'gate.checked', wave: wave.number, attempt, ...step.value }];
    }
    if (this.#ports.stop.aborted || step.value === 'pass') return undefined;
    if (step.value === 'fail') return { ...stopFor('gate-failed'), last: () => [this.#breached(wave, 'gate')] };
    if (!goesOn) return stopFor('gate-inconclusive');
    this.#ports.control.pause(`the gate after wave ${wave.number}, which could not be asked`);
    return undefined;
  }

  /** Brings all hosts of a wave to their end, or as many as may be begun; those that are parked are left to themselves. */
  async *#carryOut({ hosts, most, number, of }: Wave): Batches<void> {
    // After the last wave there is nobody left who would wait for them.
    const open = () => (number === of ? this.#pool.size : this.#working());
    const waiting = [...byMoment(hosts, this.#rollout.jitterMs, this.#ports)];
    for (;;) {
      this.#beginOf(waiting, most);
      if (open() === 0) {
        if (!(yield* this.#untilContinued())) return;
        continue;
      }
      const batch = await this.#pool.take();
      if (batch === undefined) return;
      yield* this.#taken(batch);
    }
  }

  #beginOf(waiting: Moment<Ready>[], most: number): void {
    const limit = () => Math.min(this.#rollout.parallel, most - this.#tally.missing);
    while (!this.#pool.hasCrashed && waiting.length > 0 && this.#working() < limit()) {
      const next = waiting.findIndex(({ of }) => this.#mayBegin(of.name, most));
      const [chosen] = next < 0 ? [] : waiting.splice(next, 1);
      if (chosen === undefined) return;
      this.#pool.add(this.#begun(chosen, waiting));
    }
  }

  /** How many are under way and waited for. */
  #working(): number {
    return this.#pool.size - this.#tally.parked.size;
  }

  /** A host from its moment on; what has come about until then may keep it from being begun, and it goes back to those that wait. */
  async *#begun(moment: Moment<Ready>, waiting: Moment<Ready>[]): AsyncGenerator<EventBody, void> {
    const { of, at } = moment;
    const { clock, stop: stopped } = this.#ports;
    // Its place in its group is taken from now on, or another one would take it meanwhile.
    this.#tally.busy.add(of.name);
    const wait = at - clock.elapsed();
    if (wait > 0) await clock.sleep(wait, stopped);
    if (wait <= 0 || this.#goesOn()) return yield* of.begin();
    this.#tally.busy.delete(of.name);
    waiting.unshift(moment);
  }

  #mayBegin(name: string, most: number): boolean {
    return this.#goesOn() && !this.#isHeld(most) && this.#fullGroup(name) === undefined;
  }

  #goesOn(): boolean {
    const { control, stop: stopped } = this.#ports;
    if (stopped.aborted || control.pausedBy() !== undefined || control.closed() !== undefined) return false;
    return this.#tally.failures <= this.#budget;
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
  #stoppedIn(wave: Wave): Stop | undefined {
    const { failures } = this.#tally;
    if (failures > this.#budget) {
      const exceeded: EventBody = { type: 'budget.exceeded', failures, budget: this.#budget, notStarted: this.#notStarted() };
      const last = () => [this.#breached(wave, 'failures')].filter(({ rollBack }) => rollBack.length > 0);
      return { ...stop(exceeded), last };
    }
    // Whether the next wave may begin is asked by its own measure; this one was not begun whole.
    const left = wave.hosts.filter(({ name }) => !this.#tally.begun.has(name));
    if (this.#ports.stop.aborted) return stop();
    if (left.length === 0) return undefined;
    const closed = this.#closed();
    if (closed) return closed;
    const full = this.#isHeld(wave.most) ? undefined : this.#fullGroup(left[0]?.name ?? '');
    return stop(full === undefined ? this.#held(wave.most) : this.#heldBy(full));
  }

  /** The policy's time is over. */
  #closed(): Stop | undefined {
    const why = this.#ports.control.closed();
    return why === undefined ? undefined : stopFor('closed', { type: 'rollout.closed', why, notStarted: this.#notStarted() });
  }

  #breached(wave: Wave, by: 'failures' | 'gate') {
    const { onBreach } = this.#rollout;
    const rollBack = onBreach === 'stop' ? [] : this.#aimedOf(onBreach === 'rollback-wave' ? wave.hosts : this.#hosts);
    return { type: 'rollout.breached', wave: wave.number, by, rollBack, notStarted: this.#notStarted() } as const;
  }

  /** The hosts that were brought to the aim of the run. */
  #aimedOf(hosts: readonly Ready[]): readonly string[] {
    return hosts.flatMap(({ name }) => (this.#tally.aimed.has(name) ? [name] : []));
  }

  #mostOf(wave: readonly Ready[]): number {
    const { maxUnavailable } = this.#rollout;
    return maxUnavailable === undefined ? Number.POSITIVE_INFINITY : hostsIn(maxUnavailable, wave.length);
  }

  #isHeld(most: number): boolean {
    return this.#tally.missing >= most;
  }

  #held(most: number): EventBody {
    return { type: 'rollout.held', unconfirmed: this.#tally.missing, maxUnavailable: most, notStarted: this.#notStarted() };
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

function stop(...events: readonly EventBody[]): Stop {
  return { events, finish: { declined: false } };
}

function stopFor(cutShort: CutShort, ...events: readonly EventBody[]): Stop {
  return { events, finish: { declined: false, cutShort } };
}
