/** Escapes that need no drawing: colours, modes and window titles. */
const SILENT = /^\x1b(?:\[[?>]?[\d;]*[mhlrtcnqu]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[78=>c(][B0]?)/;
const MOVE = /^\x1b\[(\d*)(?:;(\d*))?([ABCDEFGHJKf])/;
const UNFINISHED = /^\x1b(?:\[[?>]?[\d;]*)?$|^\x1b\][^\x07\x1b]*\x1b?$/;

/**
 * What a terminal shows of what was written to it: as much of ECMA-48 as a command line draws with. Every character is
 * one column wide.
 */
export class Screen {
  /** Lines that did not fit and were broken by the terminal. */
  readonly wrapped: string[] = [];
  /** Escapes that this emulation does not know. */
  readonly unknown: string[] = [];
  /** All that was written. */
  raw = '';
  cursorShown = true;
  readonly #rows: string[][] = [[]];
  #columns: number;
  #height: number;
  #row = 0;
  #column = 0;
  /** The first row that has not scrolled away. */
  #top = 0;
  #pending = '';

  constructor(columns: number, height: number) {
    this.#columns = columns;
    this.#height = height;
  }

  /** Everything from the first line on, also what has scrolled away; without blanks at line ends. */
  get text(): string {
    return this.#rows.map((row) => row.join('').trimEnd()).join('\n');
  }

  /** The terminal has another size from now on. What stands on it stays as it is, as in terminals that break no line anew. */
  resize(columns: number, height: number): void {
    this.#columns = columns;
    this.#height = height;
    this.#top = Math.max(this.#top, this.#row - height + 1);
  }

  write(text: string): void {
    this.raw += text;
    let rest = this.#pending + text;
    this.#pending = '';
    while (rest !== '') {
      if (rest.startsWith('\x1b')) {
        if (UNFINISHED.test(rest)) {
          this.#pending = rest;
          return;
        }
        rest = this.#escape(rest);
      } else {
        const [character = ''] = rest;
        this.#put(character);
        rest = rest.slice(character.length);
      }
    }
  }

  #put(character: string): void {
    switch (character) {
      case '\r':
        this.#column = 0;
        return;
      case '\n':
        this.#down();
        return;
      case '\b':
        this.#column = Math.max(0, this.#column - 1);
        return;
      case '\x07':
        return;
    }
    if (this.#column >= this.#columns) {
      this.wrapped.push(this.#line().join('') + character);
      this.#column = 0;
      this.#down();
    }
    const line = this.#line();
    while (line.length < this.#column) line.push(' ');
    line[this.#column] = character;
    this.#column += 1;
  }

  /** Carries out the escape that a text begins with; what follows it. */
  #escape(text: string): string {
    const silent = SILENT.exec(text);
    if (silent) {
      if (silent[0] === '\x1b[?25l') this.cursorShown = false;
      if (silent[0] === '\x1b[?25h') this.cursorShown = true;
      return text.slice(silent[0].length);
    }
    const move = MOVE.exec(text);
    if (!move) {
      this.unknown.push(text.slice(0, 12));
      return text.slice(1);
    }
    this.#move(move[3] ?? '', move[1] ?? '', move[2] ?? '');
    return text.slice(move[0].length);
  }

  #move(verb: string, first: string, second: string): void {
    const by = Math.max(1, Number(first));
    switch (verb) {
      case 'A':
        this.#row = Math.max(this.#top, this.#row - by);
        return;
      case 'B':
        this.#row = Math.min(this.#rows.length - 1, this.#row + by);
        return;
      case 'C':
        this.#column = Math.min(this.#columns - 1, this.#column + by);
        return;
      case 'D':
        this.#column = Math.max(0, Math.min(this.#column, this.#columns - 1) - by);
        return;
      case 'E':
      case 'F':
        this.#move(verb === 'E' ? 'B' : 'A', first, '');
        this.#column = 0;
        return;
      case 'G':
        this.#column = by - 1;
        return;
      case 'H':
      case 'f':
        this.#row = Math.min(this.#rows.length - 1, this.#top + by - 1);
        this.#column = Math.max(1, Number(second)) - 1;
        return;
      case 'J':
        this.#erase(first);
        this.#rows.splice(this.#row + 1);
        return;
      case 'K':
        this.#erase(first);
    }
  }

  /** Erases to the end of the line (''), to its beginning (1), or all of it (2). */
  #erase(which: string): void {
    const line = this.#line();
    if (which === '' || which === '0') line.splice(this.#column);
    else for (let column = 0; column < (which === '1' ? this.#column + 1 : line.length); column += 1) line[column] = ' ';
  }

  #line(): string[] {
    const line = this.#rows[this.#row] ?? [];
    this.#rows[this.#row] = line;
    return line;
  }

  #down(): void {
    this.#row += 1;
    this.#top = Math.max(this.#top, this.#row - this.#height + 1);
    this.#line();
  }
}
