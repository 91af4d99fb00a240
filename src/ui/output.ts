import type { RunEvent } from '../domain/event.ts';

/** Where text goes; the command line gives one for standard output and one for standard error. */
export interface Output {
  write(text: string): void;
  /** Size of the terminal in columns and rows; asked anew each time, since terminals are resized. */
  columns(): number;
  rows(): number;
  readonly isTTY: boolean;
}

/** How whoever watches a run can steer it: the same as by `runbook pause`, `continue` and `halt`. */
export interface Steer {
  /** It changes hosts, and so can be held. */
  readonly pausable: boolean;
  pause(): void;
  continue(): void;
  halt(): void;
}

/** Something that shows a run while it happens. */
export interface View {
  /** Takes the events of one run, in order. */
  event(event: RunEvent): void;
  /** From now on the run can be steered; absent: this view offers nothing of the kind. */
  steer?(steer: Steer): void;
  /** The operator stops the run: says that hosts under way are brought to their end, which may take a while. */
  stopping(signal: string): void;
  /** Somebody holds the run, or nobody does any more. */
  paused(by: string | undefined): void;
  /** The process ends in this turn: leaves a terminal as a shell needs it. */
  abandon(): void;
  /** Resolves when all is written; nothing is written afterwards. */
  close(): Promise<void>;
}

/** Shows nothing. */
export const silentView: View = { event() {}, stopping() {}, paused() {}, abandon() {}, close: () => Promise.resolve() };
