/** What is wanted of one line of a text. Predicates get a line without its line end. */
export interface LineWish {
  readonly line: string;
  readonly state: 'present' | 'absent';
  readonly match?: LineTest | undefined;
  readonly after?: LineTest | undefined;
  readonly before?: LineTest | undefined;
}

/** Finds a line. */
export type LineTest = (line: string) => boolean;

/** A line that went or came, with its number, from 1, in the old or in the new text. */
export interface EditedLine {
  readonly text: string;
  readonly number: number;
}

/** The edited text, and what is different; both lists empty: nothing was to be done. */
export interface LineEdit {
  readonly text: string;
  readonly removed: readonly EditedLine[];
  readonly added: readonly EditedLine[];
}

/** Makes a line be in a text, or not; every other byte stays. Line ends are LF or CRLF, as the text has them. */
export function editLine(text: string, wish: LineWish): LineEdit {
  const lines = splitLines(text);
  return wish.state === 'absent' ? withoutLine(lines, wish) : withLine(lines, wish);
}

interface Line {
  readonly body: string;
  /** `\n`, `\r\n`, or nothing for a last line that has none. */
  readonly end: string;
}

function splitLines(text: string): readonly Line[] {
  const lines = text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
  return lines.map((line) => {
    const end = /\r?\n$/.exec(line)?.[0] ?? '';
    return { body: line.slice(0, line.length - end.length), end };
  });
}

function joined(lines: readonly Line[]): string {
  return lines.map(({ body, end }) => body + end).join('');
}

function withoutLine(lines: readonly Line[], { line, match }: LineWish): LineEdit {
  const goes = match ?? ((body: string) => body === line);
  const removed = lines.flatMap(({ body }, index) => (goes(body) ? [{ text: body, number: index + 1 }] : []));
  return { text: joined(lines.filter(({ body }) => !goes(body))), removed, added: [] };
}

function withLine(lines: readonly Line[], wish: LineWish): LineEdit {
  const { line, match } = wish;
  const there = lines.some(({ body }) => body === line);
  // Else each run would replace the match above the one that it replaced before.
  if (there && match?.(line) === false) return { text: joined(lines), removed: [], added: [] };
  const index = match === undefined ? -1 : lines.findLastIndex(({ body }) => match(body));
  const old = lines[index];
  if (old !== undefined) {
    if (old.body === line) return { text: joined(lines), removed: [], added: [] };
    const text = joined(lines.with(index, { ...old, body: line }));
    return { text, removed: [{ text: old.body, number: index + 1 }], added: [{ text: line, number: index + 1 }] };
  }
  if (there) return { text: joined(lines), removed: [], added: [] };
  return inserted(lines, line, placeOf(lines, wish));
}

function placeOf(lines: readonly Line[], { after, before }: LineWish): number {
  const afterIndex = after === undefined ? -1 : lines.findLastIndex(({ body }) => after(body));
  if (afterIndex >= 0) return afterIndex + 1;
  const beforeIndex = before === undefined ? -1 : lines.findLastIndex(({ body }) => before(body));
  return beforeIndex >= 0 ? beforeIndex : lines.length;
}

function inserted(lines: readonly Line[], line: string, at: number): LineEdit {
  const end = lines.find((each) => each.end !== '')?.end ?? '\n';
  const above = lines.slice(0, at).map((each) => (each.end === '' ? { ...each, end } : each));
  // A new last line gets a line end even where the old one had none: cron and others ignore a line without one.
  const text = joined([...above, { body: line, end }, ...lines.slice(at)]);
  return { text, removed: [], added: [{ text: line, number: at + 1 }] };
}
