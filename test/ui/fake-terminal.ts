import { FakeOutput } from './fake-output.ts';

/** A terminal that obeys the cursor movements and erasures that lists are drawn with; anything else is an error. */
export class FakeTerminal extends FakeOutput {
  readonly #rows: string[] = [''];
  #row = 0;
  #column = 0;
  cursorShown = true;
  /** The most rows that were ever filled. */
  height = 0;

  override write(text: string): void {
    super.write(text);
    for (const [token, command] of text.matchAll(/\x1b\[([?\d;]*[A-Za-z])|\n|[^\x1b\n]+/g)) {
      if (command !== undefined) this.#obey(command);
      else if (token === '\n') this.#newline();
      else this.#put(token);
    }
  }

  /** What stands on the screen, without empty rows at the end. */
  get screen(): readonly string[] {
    const rows = this.#rows.map((row) => row.trimEnd());
    while (rows.at(-1) === '') rows.pop();
    return rows;
  }

  #obey(command: string): void {
    const number = Number.parseInt(command, 10) || 1;
    if (command.startsWith('?25')) this.cursorShown = command.endsWith('h');
    else if (command.startsWith('?2026')) return;
    else if (command === '2K') this.#rows[this.#row] = '';
    else if (command === 'K') this.#rows[this.#row] = (this.#rows[this.#row] ?? '').slice(0, this.#column);
    else if (command.endsWith('A')) this.#row = Math.max(0, this.#row - number);
    else if (command.endsWith('B')) this.#row += number;
    else if (command.endsWith('G')) this.#column = number - 1;
    else throw new Error(`a list drew with ${JSON.stringify(command)}`);
  }

  #newline(): void {
    this.#row += 1;
    this.#column = 0;
    this.#rows[this.#row] ??= '';
  }

  #put(text: string): void {
    const row = (this.#rows[this.#row] ?? '').padEnd(this.#column);
    this.#rows[this.#row] = row.slice(0, this.#column) + text + row.slice(this.#column + text.length);
    this.#column += text.length;
    this.height = Math.max(this.height, this.screen.length);
  }
}
