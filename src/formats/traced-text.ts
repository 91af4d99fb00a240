/**
 * Text whose every character knows which bytes of a file it stands for, so that an edit of the meaning can be made as an
 * edit of those bytes alone. `from[i]` to `to[i]` (exclusive) are offsets in the file. A character that no byte of its own
 * stands for (the blank that systemd puts in the place of a continuation, the second byte of an escaped one) has an empty range.
 */
export interface TracedText {
  readonly text: string;
  readonly from: readonly number[];
  readonly to: readonly number[];
}

/** The replacement of the bytes `from` to `to` (exclusive) of a file. */
export interface TextEdit {
  readonly from: number;
  readonly to: number;
  readonly text: string;
}

/** Collects characters with their places. */
export interface TracedBuilder {
  /** Adds characters that together stand for the bytes `from` to `to`. */
  push(characters: string, from: number, to: number): void;
  /** Drops all characters from `length` on. */
  cut(length: number): void;
  length(): number;
  done(): TracedText;
}

/** Starts an empty {@link TracedText}. */
export function tracedBuilder(): TracedBuilder {
  let text = '';
  const from: number[] = [];
  const to: number[] = [];
  return {
    push(characters, start, end) {
      for (let i = 0; i < characters.length; i += 1) {
        from.push(i === 0 ? start : end);
        to.push(end);
      }
      text += characters;
    },
    cut(length) {
      text = text.slice(0, length);
      from.length = Math.min(from.length, length);
      to.length = from.length;
    },
    length: () => text.length,
    done: () => ({ text, from, to }),
  };
}

/** A part of traced text, with its places. */
export function tracedSlice(source: TracedText, start: number, end?: number): TracedText {
  return { text: source.text.slice(start, end), from: source.from.slice(start, end), to: source.to.slice(start, end) };
}

/** Where the character at `index` begins in the file; past the end, where the last one ends; `fallback` for empty text. */
export function offsetAt(source: TracedText, index: number, fallback: number): number {
  return source.from[index] ?? source.to[source.to.length - 1] ?? fallback;
}

/** Gives the 1-based line of an offset in a text; `\n`, `\r\n` and a lone `\r` end lines. */
export function lineIndex(text: string): (offset: number) => number {
  const starts = [...text.matchAll(/\r\n|\r|\n/g)].map((end) => end.index + end[0].length);
  return (offset) => {
    let [low, high] = [0, starts.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((starts[middle] ?? 0) <= offset) low = middle + 1;
      else high = middle;
    }
    return low + 1;
  };
}

/** The text after edits that do not overlap; those at the same place are made in the order given. */
export function applyEdits(text: string, edits: readonly TextEdit[]): string {
  const ordered = edits.map((edit, index) => ({ edit, index })).sort((a, b) => a.edit.from - b.edit.from || a.index - b.index);
  let result = '';
  let position = 0;
  for (const { edit } of ordered) {
    result += text.slice(position, edit.from) + edit.text;
    position = Math.max(position, edit.to);
  }
  return result + text.slice(position);
}
