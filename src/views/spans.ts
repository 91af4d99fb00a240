import { createHash } from 'node:crypto';
import type { RunEvent } from '../domain/event.ts';
import type { HostPlan, Outcome } from '../domain/plan.ts';

/** What OpenTelemetry calls an attribute. */
export type Attributes = Readonly<Record<string, string | number | boolean | readonly string[]>>;

/** A stretch of time of a run. Times are ms since the epoch; ids are lower-case hex. */
export interface Span {
  readonly id: string;
  readonly parent?: string;
  /** Of few kinds: which wave or host it is, attributes say. */
  readonly name: string;
  readonly from: number;
  readonly to: number;
  readonly attributes: Attributes;
  /** What went wrong; absent where nothing did. */
  readonly error?: string;
  readonly marks: readonly Mark[];
}

/** A moment within a span. */
export interface Mark {
  readonly at: number;
  readonly name: string;
  readonly attributes: Attributes;
}

/** Which run is traced. */
export interface TracedRun {
  readonly run: string;
  /** `apply`, or `resume` where a run is gone on with. */
  readonly verb: string;
  readonly runbook: string;
  /** The span that called for it, from outside. */
  readonly parent?: string;
}

/** The trace of a run that nobody outside called for: the same whoever works it out. */
export function traceIdOf(run: string): string {
  return hex(run, 32);
}

/** Outcomes that are an error of the span of their host. */
const ERRORS: ReadonlySet<Outcome> = new Set(['failed', 'conflict', 'stale', 'unknown', 'unreachable', 'rolled-back']);

/** Exit codes that are no error: done, and changes are pending. */
const FINE: ReadonlySet<number> = new Set([0, 2]);

interface OpenHost {
  readonly from: number;
  readonly parent: string;
  /** When the last thing about it ended. */
  last: number;
  /** What it was told and has not answered. */
  asked?: { readonly name: 'transaction' | 'confirm' | 'undo'; readonly at: number };
  tries: number;
}

interface Open {
  readonly id: string;
  readonly name: string;
  readonly from: number;
  readonly attributes: Attributes;
}

/** Folds the events of one run into spans, each told once it is over: run, wave, host, and what travelled between here and the host. */
export class Spans {
  readonly #run: TracedRun;
  readonly #root: string;
  #from = 0;
  #last = 0;
  #isOver = false;
  #look: Open | undefined;
  #wave: Open | undefined;
  #gate: Open | undefined;
  readonly #hosts = new Map<string, OpenHost>();
  readonly #marks: Mark[] = [];

  constructor(run: TracedRun) {
    this.#run = run;
    this.#root = this.#id('run');
  }

  /** Takes the next event; the spans that end with it. */
  event(event: RunEvent): readonly Span[] {
    if (this.#from === 0) this.#from = event.at;
    this.#last = event.at;
    if ('host' in event) return event.type === 'host.planned' ? [this.#looked(event.at, event.plan)] : this.#ofHost(event);
    switch (event.type) {
      case 'run.started':
        this.#look = { id: this.#id('look'), name: 'look', from: event.at, attributes: { 'runbook.hosts': event.hosts.length } };
        return [];
      case 'approval.requested':
        this.#gate = { id: this.#id(`gate ${event.gate}`), name: 'approval', from: event.at, attributes: { 'runbook.gate': event.gate } };
        return this.#closeLook(event.at);
      case 'approval.given': {
        const closed = this.#close(this.#gate, event.at, { 'runbook.answer': event.answer });
        this.#gate = undefined;
        return closed;
      }
      case 'wave.started': {
        const attributes = { 'runbook.wave': event.wave, 'runbook.waves': event.of, 'runbook.hosts': event.hosts.length };
        this.#wave = { id: this.#id(`wave ${event.wave}`), name: 'wave', from: event.at, attributes };
        return this.#closeLook(event.at);
      }
      case 'wave.finished': {
        const closed = this.#close(this.#wave, event.at, { 'runbook.failures': event.failures, 'runbook.failure_budget': event.budget });
        this.#wave = undefined;
        return closed;
      }
      case 'budget.exceeded':
      case 'rollout.held':
      case 'rollout.paused':
      case 'rollout.continued':
      case 'rollout.breached':
      case 'rollout.closed':
      case 'gate.checked':
      case 'run.interrupted':
        this.#marks.push({ at: event.at, name: event.type, attributes: {} });
        return [];
      case 'run.finished':
        this.#isOver = true;
        return [...this.#openEnds(event.at), this.#rootSpan(event.at, event.exitCode, Object.values(event.outcomes))];
      default:
        return [];
    }
  }

  /** What is still open when no event comes any more. */
  rest(): readonly Span[] {
    return this.#from === 0 || this.#isOver ? [] : [...this.#openEnds(this.#last), this.#rootSpan(this.#last, undefined, [])];
  }

  #ofHost(event: Extract<RunEvent, { readonly host: string }>): readonly Span[] {
    const { at, host, type } = event;
    if (type === 'host.started') {
      this.#hosts.set(host, { from: at, parent: this.#wave?.id ?? this.#root, last: at, tries: 0 });
      return [];
    }
    if (type === 'host.finished') return this.#endOfHost(at, host, event.outcome, event.reason?.message);
    const open = this.#hosts.get(host) ?? { from: at, parent: this.#wave?.id ?? this.#root, last: at, tries: 0 };
    this.#hosts.set(host, open);
    switch (type) {
      case 'transaction.intended':
        open.asked = { name: 'transaction', at };
        return [];
      case 'confirm.intended':
        open.asked = { name: 'confirm', at };
        return [];
      case 'undo.intended':
        open.asked = { name: 'undo', at };
        return [];
      case 'transaction.finished': {
        const stopped = event.results.find((result) => result.kind === 'stale' || result.kind === 'failed');
        const attributes = { 'runbook.changes': event.results.length, 'runbook.state': event.state };
        return [this.#exchange(at, host, open, 'transaction', attributes, stopped?.message)];
      }
      case 'transaction.lost':
        return [this.#exchange(at, host, open, 'transaction', {}, event.failure.message)];
      case 'transaction.reported':
        return [this.#exchange(at, host, open, 'inquiry', { 'runbook.state': event.state })];
      case 'verify.attempted': {
        const unmet = event.unmet.map(({ what }) => what);
        return [this.#exchange(at, host, open, 'verify', { 'runbook.attempt': event.attempt, 'runbook.unmet': unmet })];
      }
      default:
        return [];
    }
  }

  #exchange(at: number, host: string, open: OpenHost, name: string, attributes: Attributes, error?: string): Span {
    const { asked } = open;
    const from = asked?.at ?? open.last;
    delete open.asked;
    open.last = at;
    open.tries += 1;
    return {
      id: this.#id(`exchange ${host} ${open.tries}`),
      parent: this.#hostId(host),
      name: name === 'verify' ? name : (asked?.name ?? name),
      from,
      to: at,
      attributes: { 'host.name': host, ...attributes },
      ...(error === undefined ? {} : { error }),
      marks: [],
    };
  }

  #endOfHost(at: number, host: string, outcome: Outcome, why?: string): readonly Span[] {
    const open = this.#hosts.get(host);
    if (!open) return [];
    this.#hosts.delete(host);
    const { from, parent } = open;
    const attributes = { 'host.name': host, 'runbook.outcome': outcome };
    const error = ERRORS.has(outcome) && !(outcome === 'rolled-back' && this.#run.verb === 'rollback') ? { error: why ?? outcome } : {};
    return [{ id: this.#hostId(host), parent, name: 'host', from, to: at, attributes, ...error, marks: [] }];
  }

  /** Looking at a host; its steps are moments at its end, since they travel together. */
  #looked(at: number, { host, outcome, reason, steps }: HostPlan): Span {
    const attributes = { 'host.name': host, 'runbook.outcome': outcome };
    const marks = steps.map(({ id, uses, phase, status }) => ({
      at,
      name: 'step',
      attributes: { 'runbook.step': id, 'runbook.phase': phase, 'runbook.uses': uses, 'runbook.status': status.kind },
    }));
    const parent = this.#look?.id ?? this.#root;
    const error = ERRORS.has(outcome) ? { error: reason?.message ?? outcome } : {};
    return { id: this.#id(`look ${host}`), parent, name: 'look at host', from: this.#from, to: at, attributes, ...error, marks };
  }

  #closeLook(at: number): readonly Span[] {
    const closed = this.#close(this.#look, at, {});
    this.#look = undefined;
    return closed;
  }

  #close(open: Open | undefined, at: number, more: Attributes): readonly Span[] {
    if (!open) return [];
    const { id, name, from, attributes } = open;
    return [{ id, parent: this.#root, name, from, to: at, attributes: { ...attributes, ...more }, marks: [] }];
  }

  #openEnds(at: number): readonly Span[] {
    const hosts = [...this.#hosts.keys()].flatMap((host) => this.#endOfHost(at, host, 'unknown'));
    const rest = [...this.#closeLook(at), ...this.#close(this.#gate, at, {}), ...this.#close(this.#wave, at, {})];
    this.#gate = undefined;
    this.#wave = undefined;
    return [...hosts, ...rest];
  }

  #rootSpan(at: number, exitCode: number | undefined, outcomes: readonly Outcome[]): Span {
    const { run, verb, runbook, parent } = this.#run;
    const counts = Object.fromEntries(
      [...Map.groupBy(outcomes, (outcome) => outcome)].map(([outcome, all]) => [`runbook.hosts.${outcome}`, all.length]),
    );
    const why = exitCode === undefined ? 'the run did not come to its end' : FINE.has(exitCode) ? undefined : `exit code ${exitCode}`;
    return {
      id: this.#root,
      ...(parent === undefined ? {} : { parent }),
      name: `${verb} ${runbook}`,
      from: this.#from,
      to: at,
      attributes: {
        'runbook.run': run,
        'runbook.name': runbook,
        ...(exitCode === undefined ? {} : { 'runbook.exit_code': exitCode }),
        ...counts,
      },
      ...(why === undefined ? {} : { error: why }),
      marks: this.#marks,
    };
  }

  #hostId(host: string): string {
    return this.#id(`host ${host}`);
  }

  #id(what: string): string {
    return hex(`${this.#run.run}\n${this.#run.verb}\n${what}`, 16);
  }
}

function hex(text: string, digits: number): string {
  return createHash('sha256').update(text).digest('hex').slice(0, digits);
}
