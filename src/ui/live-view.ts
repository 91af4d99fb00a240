import type { RunEvent } from '../domain/event.ts';
import { Progress } from '../views/progress.ts';
import { gist } from './event-line.ts';
import { FailureLog } from './failure-log.ts';
import { type Hold, liveFrame, type Size } from './live-frame.ts';
import { type Act, type KeyScene, keysOf, keysOffered, type LivePage, press } from './live-keys.ts';
import { detailRoom, helpPage, hostDetails, hostsPage, ranked, scrolled, scrollRoom, within } from './live-pages.ts';
import { lookedLines, noteLines, waveLines } from './live-summary.ts';
import { isTrouble } from './outcome-words.ts';
import type { Output, Steer, View } from './output.ts';
import type { Page } from './page.ts';
import { Painter } from './painter.ts';
import type { Seat } from './seat.ts';
import { showPlan } from './show-plan.ts';

/** A view that can make room for something else on the screen. */
export interface LiveView extends View {
  /** Nothing is drawn, and no key is taken, while somebody is asked or a text is printed. What happens meanwhile is told afterwards. */
  aside<T>(ask: () => Promise<T>): Promise<T>;
}

/** DECTCEM of xterm. */
const [HIDE_CURSOR, SHOW_CURSOR] = ['\x1b[?25l', '\x1b[?25h'];
/** Ten frames a second, and only where something has changed. */
const FRAME_MS = 100;
/** What passes without an event is time, in seconds. */
const CLOCK_MS = 1_000;

/** A run on a terminal: one screen that is drawn in place, and above it what stays. */
export function liveView(output: Output, page: Page, seat: Seat): LiveView {
  return new Live(output, page, seat);
}

class Live implements LiveView {
  readonly #output: Output;
  readonly #page: Page;
  readonly #seat: Seat;
  readonly #painter = new Painter();
  readonly #progress = new Progress(isTrouble);
  readonly #failures: FailureLog;
  #steer: Steer | undefined;
  #shown: LivePage = { name: 'run' };
  #hold: Hold = { stopping: false };
  /** The run is at a point at which something is to be drawn. */
  #wanted = false;
  #asides = 0;
  #timer: NodeJS.Timeout | undefined;
  #leave: (() => void) | undefined;
  #hasKeys = false;
  #dirty = false;
  #drawnAt = 0;
  #size = '';
  /** What is to be told once nobody is asked any more. */
  #untold: string[] = [];
  #diff: readonly string[] | undefined;
  #closed = false;
  #noted = '';

  constructor(output: Output, page: Page, seat: Seat) {
    this.#output = output;
    this.#page = page;
    this.#seat = seat;
    this.#failures = new FailureLog(page);
  }

  event(event: RunEvent): void {
    if (this.#closed) return;
    this.#progress.take(event);
    this.#dirty = true;
    switch (event.type) {
      case 'run.started':
        this.#begin();
        break;
      case 'approval.requested':
        if (event.gate === 'run') this.#tell(lookedLines(this.#page, this.#progress));
        this.#end();
        break;
      case 'wave.started':
        this.#diff = undefined;
        this.#begin();
        break;
      case 'wave.finished':
        this.#tell([...waveLines(this.#page, this.#progress), ...this.#failures.rest(this.#progress.kind)]);
        break;
      case 'run.finished':
        this.#tell(this.#progress.wave === undefined ? lookedLines(this.#page, this.#progress) : this.#failures.rest(this.#progress.kind));
        this.#end();
        break;
      case 'host.finished':
        if (this.#progress.wave !== undefined) this.#tell(this.#failures.take(event, this.#progress.kind));
        break;
      case 'host.parked':
        this.#tell(this.#failures.parked(event));
        break;
      case 'approval.given':
        break;
      default:
        // Whatever else happens to the run as a whole is told, and stays.
        if (!('host' in event)) this.#note(noteLines(this.#page, event, this.#progress.kind));
    }
  }

  steer(steer: Steer): void {
    this.#steer = steer;
  }

  stopping(): void {
    this.#hold = { ...this.#hold, stopping: true };
    this.#dirty = true;
  }

  paused(by: string | undefined): void {
    const { stopping } = this.#hold;
    this.#hold = by === undefined ? { stopping } : { stopping, pausedBy: { by, since: this.#seat.now() } };
    this.#dirty = true;
  }

  async aside<T>(ask: () => Promise<T>): Promise<T> {
    this.#asides += 1;
    this.#stop();
    try {
      return await ask();
    } finally {
      this.#asides -= 1;
      if (this.#asides === 0) {
        this.#tell(this.#untold.splice(0));
        if (this.#wanted) this.#start();
      }
    }
  }

  abandon(): void {
    this.#end();
  }

  close(): Promise<void> {
    this.#end();
    this.#closed = true;
    return Promise.resolve();
  }

  #begin(): void {
    if (this.#wanted) return;
    this.#wanted = true;
    if (this.#asides === 0) this.#start();
  }

  #end(): void {
    this.#wanted = false;
    this.#stop();
  }

  #start(): void {
    if (this.#timer !== undefined || this.#closed) return;
    this.#dirty = true;
    this.#timer = setInterval(() => this.#tick(), FRAME_MS).unref();
    this.#leave = this.#seat.attend(
      () => this.#lift(),
      () => this.#tick(),
    );
  }

  #stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#leave?.();
    this.#leave = undefined;
    this.#lift();
    this.#shown = { name: 'run' };
  }

  /** Takes the frame off the screen, and leaves the terminal as a shell needs it. */
  #lift(): void {
    this.#seat.deaf();
    this.#hasKeys = false;
    if (this.#size !== '') this.#output.write(`${this.#painter.erase()}${SHOW_CURSOR}`);
    this.#size = '';
  }

  #tick(): void {
    if (this.#timer === undefined) return;
    const { columns, rows } = this.#sizeNow();
    const size = `${columns}x${rows}`;
    const isFirst = this.#size === '';
    const isResized = !isFirst && size !== this.#size;
    if (!isFirst && !isResized && !this.#dirty && this.#seat.now() - this.#drawnAt < CLOCK_MS) return;
    if (!this.#seat.isForeground()) {
      // Whoever has the terminal now has drawn over the frame.
      if (!isFirst) this.#seat.deaf();
      this.#hasKeys = false;
      this.#size = '';
      return;
    }
    if (isFirst) {
      this.#hasKeys = this.#seat.listen((text) => this.#heard(text));
      this.#output.write(HIDE_CURSOR);
    }
    this.#size = size;
    this.#draw(isFirst || isResized);
  }

  #draw(anew: boolean): void {
    this.#dirty = false;
    this.#drawnAt = this.#seat.now();
    const frame = this.#frame();
    const text = anew ? this.#painter.anew(frame) : this.#painter.frame(frame);
    if (text !== '') this.#output.write(text);
  }

  #tell(lines: readonly string[]): void {
    if (lines.length === 0) return;
    if (this.#asides > 0) this.#untold.push(...lines);
    else if (this.#size === '') this.#output.write(lines.map((line) => `${line}\n`).join(''));
    else this.#output.write(this.#painter.above(lines, this.#frame()));
  }

  /** A gate that is asked again and says the same is no news. */
  #note(lines: readonly string[]): void {
    const words = gist(lines.join(' '));
    if (words !== this.#noted) this.#tell(lines);
    this.#noted = words;
  }

  #heard(text: string): void {
    for (const key of keysOf(text)) {
      const { page, act } = press(this.#scene(), key);
      this.#shown = page;
      if (act) this.#act(act);
    }
    if (this.#size !== '') this.#draw(false);
  }

  #act(act: Act): void {
    switch (act) {
      case 'pause':
      case 'continue':
      case 'halt':
        this.#steer?.[act]();
        break;
      case 'interrupt':
        this.#seat.send('SIGINT');
        break;
      case 'suspend':
        this.#seat.send('SIGTSTP');
        break;
      case 'quit':
        this.#seat.send('SIGQUIT');
    }
  }

  #scene(): KeyScene {
    const size = this.#sizeNow();
    const [lines, room] =
      this.#shown.name === 'hosts'
        ? [hostDetails(this.#page, this.#progress, this.#shown.host ?? ranked(this.#progress)[0] ?? '', size).length, detailRoom(size)]
        : [this.#diffLines().length, scrollRoom(size)];
    const { stopping, pausedBy } = this.#hold;
    const pausable = this.#steer?.pausable === true;
    return { page: this.#shown, paused: pausedBy !== undefined, pausable, stopping, lines, room, hosts: () => ranked(this.#progress) };
  }

  #frame(): readonly string[] {
    const [page, progress, size, now] = [this.#page, this.#progress, this.#sizeNow(), this.#seat.now()];
    switch (this.#shown.name) {
      case 'help':
        return helpPage(page, this.#steer?.pausable === true, size);
      case 'hosts':
        return hostsPage(page, progress, this.#shown, now, size);
      case 'diff':
        return scrolled(page, 'Changes', this.#diffLines(), this.#shown.from, 'up down: scroll   q back', size);
      case 'halt':
      case 'run':
        return liveFrame(page, { progress, hold: this.#hold, now, keys: this.#hasKeys ? keysOffered(this.#scene()) : [] }, size);
    }
  }

  /** Computed when the page is opened, and no more: it costs with the number of hosts. */
  #diffLines(): readonly string[] {
    if (this.#shown.name !== 'diff') {
      this.#diff = undefined;
      return [];
    }
    const { plans, runbook } = this.#progress;
    const ill = [...plans.values()].filter(({ outcome }) => outcome === 'would-fix');
    this.#diff ??= showPlan(within(this.#page, this.#sizeNow()), { runbook }, ill);
    return this.#diff;
  }

  #sizeNow(): Size {
    return { columns: this.#output.columns(), rows: this.#output.rows() };
  }
}
