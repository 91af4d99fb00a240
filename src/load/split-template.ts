/** A piece of a text: as it stands, or an expression; offsets are into the text. */
export type Piece =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'expression'; readonly source: string; readonly start: number; readonly end: number }
  /** A `${{` that is never closed. */
  | { readonly kind: 'unclosed'; readonly start: number };

/**
 * Splits a text at its `${{ … }}`. Braces and quotes inside an expression are those of CEL, so that a map literal or a
 * string with `}}` in it does not end it. `$${{` stands for the characters `${{`.
 */
export function splitTemplate(text: string): readonly Piece[] {
  const pieces: Piece[] = [];
  let plain = '';
  let at = 0;
  while (at < text.length) {
    const open = text.indexOf('${{', at);
    if (open === -1) break;
    if (text[open - 1] === '$' && open > at) {
      plain += `${text.slice(at, open - 1)}\${{`;
      at = open + 3;
      continue;
    }
    plain += text.slice(at, open);
    const close = endOfExpression(text, open + 3);
    if (close === undefined) return [...flushed(pieces, plain), { kind: 'unclosed', start: open }];
    flushed(pieces, plain);
    plain = '';
    pieces.push({ kind: 'expression', source: text.slice(open + 3, close), start: open + 3, end: close });
    at = close + 2;
  }
  return flushed(pieces, plain + text.slice(at));
}

/** True when a text holds an expression, closed or not. */
export function holdsExpression(text: string): boolean {
  return text.includes('${{') && splitTemplate(text).some(({ kind }) => kind !== 'text');
}

function flushed(pieces: Piece[], plain: string): Piece[] {
  if (plain !== '') pieces.push({ kind: 'text', text: plain });
  return pieces;
}

function endOfExpression(text: string, from: number): number | undefined {
  let depth = 0;
  for (let at = from; at < text.length; at += 1) {
    const character = text[at];
    if (character === '"' || character === "'") {
      const close = endOfString(text, at);
      if (close === undefined) return undefined;
      at = close;
    } else if (character === '{') {
      depth += 1;
    } else if (character === '}') {
      if (depth === 0) return text[at + 1] === '}' ? at : undefined;
      depth -= 1;
    }
  }
  return undefined;
}

/** The last character of the CEL string literal that opens at `open`. */
function endOfString(text: string, open: number): number | undefined {
  const quote = text[open] ?? '';
  const delimiter = text.startsWith(quote.repeat(3), open) ? quote.repeat(3) : quote;
  for (let at = open + delimiter.length; at < text.length; at += 1) {
    if (text[at] === '\\') at += 1;
    else if (text.startsWith(delimiter, at)) return at + delimiter.length - 1;
  }
  return undefined;
}
