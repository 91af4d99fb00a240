import { createHash, randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { performance } from 'node:perf_hooks';
import type { Fleet } from '../domain/access.ts';
import { announcesEffect, type RunEvent, type RunKind } from '../domain/event.ts';
import type { Result } from '../domain/failure.ts';
import type { Host } from '../domain/host.ts';
import type { HostPlan } from '../domain/plan.ts';
import type { Approval, Clock, Control, Gate, Ports } from '../engine/ports.ts';
import type { EventBatches } from '../engine/run.ts';
import type { FileJournal } from '../journal/file-journal.ts';
import type { View } from '../ui/output.ts';
import { exitCode } from '../views/exit-code.ts';
import { maskedEvent } from '../views/masked-event.ts';
import { Steering } from './steering.ts';

/** What a session needs to drive one run from its first event to its exit code. */
export interface SessionTask {
  readonly run: string;
  readonly kind: RunKind;
  readonly fleet: Fleet;
  hostFor(pattern: string): Result<Host>;
  /** Answers a gate; the plans of all hosts are known by then. */
  approve(gate: Gate, plans: readonly HostPlan[]): Promise<Approval>;
  readonly view: View;
  /** Opens the run's record; absent: a run that changes nothing leaves none. Throws `JournalFault`. */
  journal?(): Promise<FileJournal>;
  /** The hash of the saved plan that is carried out: its transactions are the same ones whoever carries it out, and however often. */
  readonly plan?: string;
  /** Who runs it, for whoever meets a transaction on a host. */
  readonly operator: string;
  readonly detailedExitCode: boolean;
  /** Why no further host may be changed at this time, by the policy; absent: it is never asked. */
  closed?(): string | undefined;
  readonly stop: AbortController;
  /** Conceals what must not be shown. */
  readonly mask: (text: string) => string;
  /** The last words when the operator leaves at once, with hosts under way. */
  leave(events: readonly RunEvent[]): void;
}

/** The end of a run as its journal has it. */
export interface RecordedEnd {
  /** The run's directory. */
  readonly directory: string;
  /** The journal's last line, with its end of line. */
  readonly line: string;
}

/** A run that came to its end. */
export interface Ended {
  readonly events: readonly RunEvent[];
  readonly plans: readonly HostPlan[];
  readonly exitCode: number;
  /** Absent where no record is kept. */
  readonly record?: RecordedEnd;
}

/** Runs the engine: each batch is durable before anybody sees it, and before what it announces can happen. Throws `JournalFault`. */
export async function drive(task: SessionTask, begin: (ports: Ports) => EventBatches): Promise<Ended> {
  const events: RunEvent[] = [];
  const plans = new Map<string, HostPlan>();
  let hosts: readonly string[] = [];
  // Hosts are ready in any order; they are shown in that of the inventory.
  const inOrder = () => hosts.flatMap((host) => plans.get(host) ?? []);
  let over = false;
  const journal = await task.journal?.();
  const halted = (by: string) => {
    if (task.stop.signal.aborted) return;
    task.stop.abort(`halt by ${by}`);
    task.view.stopping(`halt by ${by}`);
  };
  const steering = new Steering(journal?.directory, { paused: (by) => task.view.paused(by), halted }, task.closed);
  task.view.steer?.({
    pausable: task.kind === 'apply' || task.kind === 'rollback',
    pause: () => steering.pause(task.operator),
    continue: () => steering.pause(undefined),
    halt: () => halted(task.operator),
  });
  const release = onSignals(task, () => events);
  const kept = async (batch: readonly RunEvent[]) => {
    try {
      await journal?.append(batch.map((event) => maskedEvent(event, task.mask)));
    } catch (fault) {
      // Hosts under way are not confirmed any more, and take themselves back.
      await journal?.appendLast(batch.map((event) => maskedEvent(event, task.mask)));
      task.view.abandon();
      task.leave([...events, ...batch.filter((event) => !announcesEffect(event))]);
      throw fault;
    }
  };
  try {
    for await (const batch of begin(portsOf(task, steering, inOrder, () => over))) {
      await kept(batch);
      for (const event of batch) {
        events.push(event);
        if (event.type === 'run.started') hosts = event.hosts;
        if (event.type === 'host.planned') plans.set(event.host, event.plan);
        task.view.event(event);
      }
    }
  } finally {
    over = true;
    release();
    steering.stop();
    await task.view.close();
    await journal?.close();
  }
  const last = events.at(-1);
  if (last?.type !== 'run.finished') return { events, plans: inOrder(), exitCode: 70 };
  const record = journal ? { record: { directory: journal.directory, line: journal.lastLine } } : {};
  return { events, plans: inOrder(), exitCode: last.exitCode, ...record };
}

/** An id that sorts by time, down to the ms, and can be typed: `20261122-080410-123a3f`. */
export function newRunId(now: Date = new Date()): string {
  const [date = '', time = ''] = now.toISOString().split(/[TZ]/);
  const [second = '', ms = ''] = time.split('.');
  return `${date.replaceAll('-', '')}-${second.replaceAll(':', '')}-${ms}${randomBytes(2).toString('hex').slice(1)}`;
}

/** `isOver`: what is still under way for some host when a run broke off must not keep the process, as it would by waiting. */
export function clockOf(isOver: () => boolean): Clock {
  return {
    now: () => Date.now(),
    elapsed: () => performance.now(),
    // Not by a promise of Node's, which makes an error each time that it is aborted: a plan aborts thousands.
    sleep: (ms, signal) =>
      new Promise((resolve) => {
        const wake = () => {
          clearTimeout(timer);
          signal?.removeEventListener('abort', wake);
          resolve();
        };
        const timer = setTimeout(wake, signal?.aborted ? 0 : ms);
        if (isOver()) timer.unref();
        signal?.addEventListener('abort', wake);
      }),
  };
}

function portsOf(task: SessionTask, control: Control, plans: () => readonly HostPlan[], isOver: () => boolean): Ports {
  return {
    fleet: task.fleet,
    clock: clockOf(isOver),
    stop: task.stop.signal,
    hostFor: task.hostFor,
    transactionId: (host) =>
      createHash('sha256')
        .update(`${task.plan ?? task.run}\n${host}`)
        .digest('hex')
        .slice(0, 32),
    owner: { run: task.run, operator: task.operator, controller: hostname() },
    approve: (gate) => task.approve(gate, plans()),
    control,
    isSecret: (text) => task.mask(text) !== text,
    exitCode: (ending) => exitCode(task.kind, ending, { detailed: task.detailedExitCode }),
  };
}

/** The first signal stops the dispatch; hosts under way are brought to a named end. A second Ctrl-C ends the process at once. */
function onSignals({ stop, view, leave }: SessionTask, soFar: () => readonly RunEvent[]): () => void {
  const handle = (signal: NodeJS.Signals) => {
    if (stop.signal.aborted && signal === 'SIGINT') {
      view.abandon();
      leave(soFar());
      process.exit(130);
    }
    stop.abort(signal);
    view.stopping(signal);
  };
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  for (const signal of signals) process.on(signal, handle);
  return () => {
    for (const signal of signals) process.off(signal, handle);
  };
}
