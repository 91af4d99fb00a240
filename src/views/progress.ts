import type { RunEvent, RunKind } from '../domain/event.ts';
import type { HostPlan, Outcome } from '../domain/plan.ts';
import type { Unmet } from '../domain/step.ts';
import { reasonKey } from './group-by-reason.ts';
import type { HostEnding } from './run-record.ts';
import { timeLeft, timeLeftByRate } from './time-left.ts';

/** What is being done to a host. */
export type Stage = 'connecting' | 'changing' | 'verifying' | 'confirming' | 'taking back' | 'no answer' | 'lost, asking the host';

/** A host that was begun and has not ended. Times are wall time in ms, by the clock of the run. */
export interface UnderWay {
  readonly host: string;
  readonly stage: Stage;
  /** Since when the host, and since when the stage. */
  readonly began: number;
  readonly since: number;
  /** What verify missed last. */
  readonly unmet: readonly Unmet[];
}

/** Hosts that came to a bad end for the same reason, so far. */
export interface FailingGroup {
  readonly ending: HostEnding;
  readonly hosts: readonly string[];
}

/** The wave that is under way. */
export interface Wave {
  readonly wave: number;
  readonly of: number;
  readonly hosts: readonly string[];
  readonly began: number;
  /** Of all its hosts. */
  readonly zone?: string;
}

/** What a gate was asked, and how it came out. */
export type GateChecked = Extract<RunEvent, { readonly type: 'gate.checked' }>;

/** As the engine counts them while it rolls out. */
const SPENDS: readonly Outcome[] = ['failed', 'rolled-back', 'conflict', 'unreachable', 'unknown'];

/** `looking`: hosts are planned. `asking`: a person is asked. `between`: a wave has ended and no other has begun. */
export type RunPhase = 'looking' | 'asking' | 'waves' | 'between' | 'ended';

/**
 * Where a run stands, for whoever watches it: a fold over its events that costs the same for each of them, however many hosts there
 * are. Nothing is required of the events.
 */
export class Progress {
  kind: RunKind = 'apply';
  runbook = '';
  run = '';
  phase: RunPhase = 'looking';
  hosts: readonly string[] = [];
  began = 0;
  /** Wall time of the last event. */
  at = 0;
  wave: Wave | undefined;
  /** Another process goes on with it: `wave` is of the hosts to settle. */
  resumed = false;
  /** Somebody holds it, and nothing is under way. */
  held: { readonly by: string; readonly notStarted: number } | undefined;
  /** What was asked last after a wave, until the next one begins. */
  gate: GateChecked | undefined;
  /** How many failures are allowed; known from the end of the first wave on. */
  allowed: number | undefined;
  readonly plans = new Map<string, HostPlan>();
  /** In the order in which hosts ended; those that nothing is done to are not among them. */
  readonly endings = new Map<string, HostEnding>();
  /** The longest under way first. */
  readonly underWay = new Map<string, UnderWay>();
  /** In the order in which the first of each came. */
  readonly failing = new Map<string, { readonly ending: HostEnding; readonly hosts: string[] }>();
  readonly #isTrouble: (outcome: Outcome, kind: RunKind) => boolean;
  readonly #found = new Map<Outcome, number>();
  readonly #ended = new Map<Outcome, number>();
  readonly #toChange = new Set<string>();
  #lastUnmet = new Map<string, readonly Unmet[]>();
  #inWave: ReadonlySet<string> = new Set();
  #endedInWave = 0;
  #tookMs = 0;
  #most = 0;

  /** `isTrouble`: which outcomes are told with their reason at once. */
  constructor(isTrouble: (outcome: Outcome, kind: RunKind) => boolean) {
    this.#isTrouble = isTrouble;
  }

  take(event: RunEvent): void {
    this.at = event.at;
    switch (event.type) {
      case 'run.started':
        this.kind = event.kind;
        this.runbook = event.runbook;
        this.run = event.run;
        this.hosts = event.hosts;
        this.began = event.at;
        break;
      case 'run.resumed':
        this.resumed = true;
        this.#waveBegins({ wave: 1, of: 1, hosts: event.hosts, began: event.at });
        break;
      case 'host.planned':
        this.#planned(event.host, event.plan);
        break;
      case 'approval.requested':
        this.phase = 'asking';
        break;
      case 'approval.given':
        this.phase = 'between';
        break;
      case 'wave.started':
        this.#waveBegins(waveOf(event));
        break;
      case 'gate.checked':
        this.gate = event;
        break;
      case 'rollout.paused':
        this.held = { by: event.by, notStarted: event.notStarted.length };
        break;
      case 'rollout.continued':
        this.held = undefined;
        break;
      case 'wave.finished':
        this.phase = 'between';
        this.allowed = event.budget;
        break;
      case 'run.finished':
        this.phase = 'ended';
        break;
      default:
        if ('host' in event) this.#ofHost(event);
    }
  }

  /** Hosts by outcome: as they were found while they are looked at, else as they ended. */
  get counts(): ReadonlyMap<Outcome, number> {
    return this.wave === undefined ? this.#found : this.#ended;
  }

  /** How many hosts the phase is about, and how many of them it is done with. */
  get all(): number {
    return this.wave === undefined ? this.hosts.length : Math.max(this.#toChange.size, this.endings.size);
  }

  get ended(): number {
    return this.wave === undefined ? this.plans.size : this.endings.size;
  }

  /** The same of the wave that is under way. */
  get endedInWave(): number {
    return this.#endedInWave;
  }

  /** How much of the failure budget is spent: a host that does not answer counts until it does. */
  get failures(): number {
    const spent = SPENDS.filter((outcome) => !(outcome === 'rolled-back' && this.kind === 'rollback'));
    const silent = [...this.underWay.values()].filter(({ stage }) => stage === 'no answer').length;
    return spent.reduce((sum, outcome) => sum + (this.#ended.get(outcome) ?? 0), silent);
  }

  lastUnmet(host: string): readonly Unmet[] {
    return this.#lastUnmet.get(host) ?? [];
  }

  /** How long the hosts that are looked at, or the wave, take from now on, in ms; undefined where it cannot be known. */
  timeLeft(now: number): number | undefined {
    if (this.phase === 'looking') return timeLeftByRate(this.hosts.length, this.plans.size, now - this.began);
    if (this.phase !== 'waves') return undefined;
    let agesMs = 0;
    for (const { began } of this.underWay.values()) agesMs += Math.max(0, now - began);
    const all = this.wave?.hosts.length ?? 0;
    const most = this.#most;
    return timeLeft({ all, ended: this.#endedInWave, underWay: this.underWay.size, agesMs, tookMs: this.#tookMs, most });
  }

  #waveBegins(wave: Wave): void {
    // What was found while looking was told by the plan.
    if (this.wave === undefined) this.failing.clear();
    this.phase = 'waves';
    this.wave = wave;
    this.gate = undefined;
    this.#inWave = new Set(wave.hosts);
    this.#endedInWave = 0;
    this.#tookMs = 0;
  }

  #planned(host: string, plan: HostPlan): void {
    this.plans.set(host, plan);
    this.#found.set(plan.outcome, (this.#found.get(plan.outcome) ?? 0) + 1);
    if (plan.outcome === 'would-fix') this.#toChange.add(host);
    const { outcome, reason } = plan;
    if (this.#isTrouble(outcome, this.kind)) this.#fails({ host, outcome, ...(reason ? { reason } : {}) });
  }

  #ofHost(event: Extract<RunEvent, { readonly host: string }>): void {
    const { host, at } = event;
    if (event.type === 'host.finished') {
      this.#finished(event);
      return;
    }
    if (event.type === 'host.started') {
      this.underWay.set(host, { host, stage: 'connecting', began: at, since: at, unmet: [] });
      this.#most = Math.max(this.#most, this.underWay.size);
      return;
    }
    const before = this.underWay.get(host);
    const stage = stageAfter(event) ?? before?.stage ?? 'connecting';
    const unmet = event.type === 'verify.attempted' ? event.unmet : (before?.unmet ?? []);
    if (event.type === 'verify.attempted') this.#lastUnmet.set(host, unmet);
    this.underWay.set(host, { host, stage, began: before?.began ?? at, since: before?.stage === stage ? before.since : at, unmet });
  }

  #finished({ host, outcome, reason, at }: Extract<RunEvent, { readonly type: 'host.finished' }>): void {
    // What nothing is done to ends as it was found.
    if (this.wave === undefined) return;
    const before = this.underWay.get(host);
    const ending = { host, outcome, ...(reason ? { reason } : {}) };
    this.underWay.delete(host);
    this.endings.set(host, ending);
    this.#ended.set(outcome, (this.#ended.get(outcome) ?? 0) + 1);
    // Nobody waits for a host that does not answer: it may end in a later wave.
    if (this.#inWave.has(host)) {
      this.#endedInWave += 1;
      this.#tookMs += before === undefined ? 0 : at - before.began;
    }
    if (this.#isTrouble(outcome, this.kind)) this.#fails(ending);
  }

  #fails(ending: HostEnding): void {
    const key = reasonKey(ending);
    const group = this.failing.get(key);
    if (group) group.hosts.push(ending.host);
    else this.failing.set(key, { ending, hosts: [ending.host] });
  }
}

function waveOf({ wave, of, hosts, at, zone }: Extract<RunEvent, { readonly type: 'wave.started' }>): Wave {
  return { wave, of, hosts, began: at, ...(zone === undefined ? {} : { zone }) };
}

function stageAfter(event: Extract<RunEvent, { readonly host: string }>): Stage | undefined {
  switch (event.type) {
    case 'transaction.intended':
      return event.rollback ? 'taking back' : 'changing';
    case 'transaction.finished':
      return event.state === 'applied' ? 'verifying' : 'taking back';
    case 'transaction.lost':
      return 'lost, asking the host';
    case 'host.parked':
      return 'no answer';
    case 'verify.attempted':
      return 'verifying';
    case 'confirm.intended':
      return 'confirming';
    case 'undo.intended':
      return 'taking back';
    default:
      return undefined;
  }
}
