import type { Seat } from '../../src/ui/seat.ts';
import { Screen } from '../e2e/screen.ts';
import { FakeOutput } from './fake-output.ts';
import { START } from './streams.ts';

/** A terminal of which one sees what it shows. */
export class FakeTerminal extends FakeOutput {
  readonly emulated: Screen;
  writes = 0;

  constructor(options: { readonly width?: number; readonly height?: number } = {}) {
    super(options);
    this.emulated = new Screen(this.width, this.height);
  }

  override write(text: string): void {
    super.write(text);
    this.writes += 1;
    // What a terminal's own line discipline does.
    this.emulated.write(text.replaceAll(/\r?\n/g, '\r\n'));
  }

  /** What stands on the screen and above it, without empty rows at the end. */
  get screen(): readonly string[] {
    const rows = this.emulated.text.split('\n');
    while (rows.at(-1) === '') rows.pop();
    return rows;
  }

  get cursorShown(): boolean {
    return this.emulated.cursorShown;
  }
}

/** A person before a terminal, with a clock that stands still until it is moved. */
export class FakeSeat implements Seat {
  time = START;
  foreground = true;
  sent: string[] = [];
  leaving: () => void = () => undefined;
  back: () => void = () => undefined;
  #heard: ((text: string) => void) | undefined;

  now(): number {
    return this.time;
  }

  isForeground(): boolean {
    return this.foreground;
  }

  listen(heard: (text: string) => void): boolean {
    this.#heard = heard;
    return true;
  }

  deaf(): void {
    this.#heard = undefined;
  }

  send(signal: string): void {
    this.sent.push(signal);
  }

  attend(leaving: () => void, back: () => void): () => void {
    this.leaving = leaving;
    this.back = back;
    return () => undefined;
  }

  get listens(): boolean {
    return this.#heard !== undefined;
  }

  type(keys: string): void {
    this.#heard?.(keys);
  }
}
