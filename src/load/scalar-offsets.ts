/** How a scalar is written. */
export type ScalarStyle = 'plain' | 'single' | 'double' | 'block';

/**
 * For each UTF-16 unit of a scalar's value, and for its end, the offset in the source that it came from, so that a
 * diagnostic can point into a scalar. Exact within a line; in folded and block scalars the line is right.
 *
 * @param text the whole source
 * @param start where the scalar's own text begins: after the opening quote, or after a block scalar's header line
 */
export function scalarOffsets(text: string, start: number, end: number, value: string, style: ScalarStyle): readonly number[] {
  const offsets: number[] = [];
  let at = start;
  for (let index = 0; index < value.length; index += 1) {
    at = seek(text, at, end, value[index] ?? '', style);
    offsets.push(at);
    const taken = lengthAt(text, at, style);
    // An escape beyond the basic plane gives two units; both come from the same place.
    const twin = taken === 10 && isHighSurrogate(value, index);
    if (twin) {
      offsets.push(at);
      index += 1;
    }
    at = Math.min(end, at + taken);
  }
  offsets.push(Math.min(at, end));
  return offsets;
}

/** Skips source that stands for nothing in the value: line folds, indentation, escaped line ends. */
function seek(text: string, from: number, end: number, wanted: string, style: ScalarStyle): number {
  let at = from;
  while (at < end) {
    const here = text[at] ?? '';
    if (style === 'double' && here === '\\') {
      if (text[at + 1] !== '\n' && text[at + 1] !== '\r') return at;
      at += 2;
      continue;
    }
    if (here === wanted || !isBlank(here)) return at;
    // A fold: the value has a space where the source has a line end; stay at the fold's first character.
    if (wanted === ' ' && (here === '\n' || here === '\r')) return at;
    at += 1;
  }
  return Math.min(from, end);
}

function lengthAt(text: string, at: number, style: ScalarStyle): number {
  if (style === 'single' && text[at] === "'" && text[at + 1] === "'") return 2;
  if (style !== 'double' || text[at] !== '\\') return 1;
  const kind = text[at + 1];
  if (kind === 'x') return 4;
  if (kind === 'u') return 6;
  return kind === 'U' ? 10 : 2;
}

function isBlank(character: string): boolean {
  return character === ' ' || character === '\t' || character === '\n' || character === '\r';
}

function isHighSurrogate(value: string, index: number): boolean {
  const unit = value.charCodeAt(index);
  return unit >= 0xd800 && unit <= 0xdbff;
}
