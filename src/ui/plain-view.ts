import type { RunEvent, RunKind } from '../domain/event.ts';
import type { Outcome } from '../domain/plan.ts';
import { count } from '../formats/count.ts';
import { Progress } from '../views/progress.ts';
import { eventLine, gist } from './event-line.ts';
import { heartbeat, SILENCE_MS } from './heartbeat.ts';
import { isTrouble } from './outcome-words.ts';
import type { Output, View } from './output.ts';
import type { Page } from './page.ts';
import { PAUSED, STOPPING } from './words.ts';

/** Above so many hosts, those with which all is well are counted, not listed. */
const LISTED = 200;

/** How wide the column of host names grows. */
const WIDEST_NAME = 24;

/** How often it is seen whether it was silent for too long, in ms. */
const LISTEN_MS = 1_000;

/** How much is told. */
export interface PlainOptions {
  /** Only that the run goes on, where it takes long: what it found is told at its end. */
  readonly quiet?: boolean;
}

/**
 * A run as lines of text, for pipes, logs and screen readers: `08:05:02  lab-2  fixed`, times in UTC; without times and columns where they are
 * read aloud. A host that waits for the same thing again says nothing new. After half a minute of silence it says what is waited for.
 */
export function plainView(output: Output, page: Page, options: PlainOptions = {}): View {
  return new Plain(output, page, options.quiet === true);
}

class Plain implements View {
  readonly #output: Output;
  readonly #page: Page;
  readonly #quiet: boolean;
  readonly #progress = new Progress(isTrouble);
  readonly #last = new Map<string, string | undefined>();
  // A host that nothing is done to ends as it was found, which was said already.
  readonly #found = new Map<string, Outcome>();
  #name = 0;
  #hosts = 0;
  #timer: NodeJS.Timeout | undefined;
  #wroteAt = 0;

  constructor(output: Output, page: Page, quiet: boolean) {
    this.#output = output;
    this.#page = page;
    this.#quiet = quiet;
  }

  event(event: RunEvent): void {
    this.#progress.take(event);
    if (event.type === 'run.started') this.#hosts = event.hosts.length;
    if (event.type === 'run.started' || event.type === 'run.resumed') this.#begin(event.hosts);
    if (event.type === 'host.finished' && this.#found.get(event.host) === event.outcome) return;
    if (event.type === 'host.planned') this.#found.set(event.host, event.plan.outcome);
    if (this.#quiet) return;
    this.#told(event);
    const looked = this.#found.size;
    if (event.type === 'host.planned' && this.#hosts > LISTED && isMilestone(looked, this.#hosts)) {
      this.#write(event.at, '-', `${looked} of ${count(this.#hosts, 'host')} looked at`);
    }
  }

  // No event, and so without a time of its own.
  stopping(signal: string): void {
    this.#line(`stopping (${this.#page.say(signal)}): ${STOPPING}`);
  }

  paused(by: string | undefined): void {
    this.#line(by === undefined ? 'continued' : `paused (${this.#page.say(by)}): ${PAUSED}`);
  }

  abandon(): void {
    clearInterval(this.#timer);
  }

  close(): Promise<void> {
    clearInterval(this.#timer);
    return Promise.resolve();
  }

  #begin(hosts: readonly string[]): void {
    this.#name = Math.min(WIDEST_NAME, Math.max(1, ...hosts.map((host) => this.#page.say(host).length)));
    this.#wroteAt = Date.now();
    this.#timer ??= setInterval(() => this.#listen(), LISTEN_MS).unref();
  }

  #listen(): void {
    const now = Date.now();
    if (now - this.#wroteAt < SILENCE_MS) return;
    const words = heartbeat(this.#page, this.#progress, now);
    if (words !== undefined) this.#write(now, '-', words);
  }

  #told(event: RunEvent): void {
    const { kind } = this.#progress;
    const text = eventLine(this.#page, event, kind);
    const host = 'host' in event ? event.host : '-';
    const news = event.type === 'verify.attempted' || event.type === 'gate.checked' ? gist(text ?? '') : text;
    if (text === undefined || this.#last.get(host) === news || (this.#hosts > LISTED && isRoutine(event, kind))) return;
    this.#last.set(host, news);
    this.#write(event.at, host, text);
  }

  #write(at: number, host: string, text: string): void {
    const time = new Date(at).toISOString().slice(11, 19);
    const name = this.#page.say(host);
    if (this.#page.spoken) this.#line(host === '-' ? text : `${name}: ${text}`);
    else this.#line(`${this.#page.style.quiet(time)}  ${name.padEnd(this.#name)}  ${text}`);
  }

  #line(text: string): void {
    this.#wroteAt = Date.now();
    this.#output.write(`${text}\n`);
  }
}

/** An event of one host that tells of nothing but progress. */
function isRoutine(event: RunEvent, kind: RunKind): boolean {
  switch (event.type) {
    case 'host.planned':
      return !isTrouble(event.plan.outcome, kind);
    case 'host.finished':
      return !isTrouble(event.outcome, kind);
    case 'transaction.intended':
    case 'verify.attempted':
      return true;
    default:
      return false;
  }
}

/** Ten times in a run, and at its end. */
function isMilestone(looked: number, hosts: number): boolean {
  const tenth = Math.ceil(hosts / 10);
  return looked === hosts || looked % tenth === 0;
}
