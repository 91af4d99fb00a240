/**
 * What a terminal, a log viewer or a browser would act upon or hide: control characters, format characters (bidi, zero
 * width, soft hyphen, tags), line and paragraph separators, lone surrogates, and letters that have no shape of their own.
 * Newline and tab are left out here; see {@link visible} and {@link visibleLine}.
 */
const HIDDEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\u115f\u1160\u3164\uffa0]|\u034f|\u17b4|\u17b5/gu;

/**
 * Text of any origin as text that is safe to show: every character that would act or hide becomes an escape one can read
 * (`\x1b`, `\u202e`), bytes that are not UTF-8 become `\xNN`. Newlines and tabs stay.
 */
export function visible(input: string | Uint8Array): string {
  return textOf(input).replace(HIDDEN, (character) => (character === '\n' || character === '\t' ? character : escaped(character)));
}

/** Like {@link visible}, for a place that has one line: newlines and tabs are escaped as well. */
export function visibleLine(input: string | Uint8Array): string {
  return textOf(input).replace(HIDDEN, escaped);
}

const NAMED: Readonly<Record<string, string>> = { '\n': '\\n', '\t': '\\t', '\r': '\\r' };

function escaped(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  const named = NAMED[character];
  if (named !== undefined) return named;
  if (code < 0x80) return hexByte(code);
  return code > 0xffff ? `\\u{${code.toString(16)}}` : `\\u${code.toString(16).padStart(4, '0')}`;
}

function textOf(input: string | Uint8Array): string {
  if (typeof input === 'string') return input;
  try {
    // A byte order mark is kept, so that it is shown.
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(input);
  } catch {
    return decodeBrokenUtf8(input);
  }
}

function decodeBrokenUtf8(bytes: Uint8Array): string {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  let text = '';
  let index = 0;
  while (index < bytes.length) {
    const first = bytes[index] ?? 0;
    const length = sequenceLength(first);
    const piece = bytes.subarray(index, index + length);
    const decoded = piece.length === length ? attempt(decoder, piece) : undefined;
    text += decoded ?? hexByte(first);
    index += decoded === undefined ? 1 : length;
  }
  return text;
}

function attempt(decoder: InstanceType<typeof TextDecoder>, piece: Uint8Array): string | undefined {
  try {
    return decoder.decode(piece);
  } catch {
    return undefined;
  }
}

function sequenceLength(first: number): number {
  if (first >= 0xf0) return 4;
  if (first >= 0xe0) return 3;
  return first >= 0xc0 ? 2 : 1;
}

function hexByte(byte: number): string {
  return `\\x${byte.toString(16).padStart(2, '0')}`;
}
