/** A line of an INI inventory with its number (1-based) and the column of its first character. */
export interface Line {
  readonly text: string;
  readonly number: number;
  readonly column: number;
}

/** Where Python's `splitlines` ends a line. */
const LINE_END = /\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]/;

/** The lines that say something: trimmed, without blank ones and those that begin with `#` or `;`. */
export function significantLines(text: string): readonly Line[] {
  return text.split(LINE_END).flatMap((raw, index) => {
    const line = raw.trim();
    if (line === '' || line.startsWith('#') || line.startsWith(';')) return [];
    return [{ text: line, number: index + 1, column: raw.indexOf(line) + 1 }];
  });
}
