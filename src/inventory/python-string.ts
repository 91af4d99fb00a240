/** A string or bytes literal that was read, and the index behind it. */
export interface PythonString {
  readonly value: string;
  readonly bytes: boolean;
  readonly end: number;
}

const SIMPLE: ReadonlyMap<string, string> = new Map([
  ['\\', '\\'],
  ["'", "'"],
  ['"', '"'],
  ['a', '\x07'],
  ['b', '\b'],
  ['f', '\f'],
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
  ['v', '\v'],
  ['\n', ''],
]);

/** How many hexadecimal digits follow `\x`, `\u` and `\U`. */
const HEX_DIGITS: ReadonlyMap<string, number> = new Map([
  ['x', 2],
  ['u', 4],
  ['U', 8],
]);

interface Escape {
  readonly value: string;
  readonly end: number;
}

/** The escape whose backslash stands at `at`; `undefined` where Python sees an error, or a character by its name. */
function readEscape(text: string, at: number, bytes: boolean): Escape | undefined {
  const letter = text.charAt(at + 1);
  const simple = SIMPLE.get(letter);
  if (simple !== undefined) return { value: simple, end: at + 2 };
  const octal = /^[0-7]{1,3}/.exec(text.slice(at + 1, at + 4))?.[0];
  if (octal !== undefined) return { value: String.fromCharCode(Number.parseInt(octal, 8)), end: at + 1 + octal.length };
  if (letter === 'N' && !bytes) return undefined;
  const digits = bytes && letter !== 'x' ? undefined : HEX_DIGITS.get(letter);
  if (digits === undefined) return { value: `\\${letter}`, end: at + 1 + letter.length };
  const hex = text.slice(at + 2, at + 2 + digits);
  const code = Number.parseInt(hex, 16);
  if (hex.length !== digits || !/^[0-9a-fA-F]+$/.test(hex) || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) return undefined;
  return { value: String.fromCodePoint(code), end: at + 2 + digits };
}

/** Reads the Python string or bytes literal that begins at `start`; `undefined` when there is none, or an f-string. */
export function readPythonString(text: string, start: number): PythonString | undefined {
  const opening = /^([rR]|[uU]|[bB]|[bB][rR]|[rR][bB])?("""|'''|"|')/.exec(text.slice(start, start + 5));
  if (opening === null) return undefined;
  const prefix = (opening[1] ?? '').toLowerCase();
  const quote = opening[2] ?? '';
  const [bytes, raw] = [prefix.includes('b'), prefix.includes('r')];
  let value = '';
  for (let at = start + opening[0].length; at < text.length; ) {
    if (text.startsWith(quote, at)) return { value, bytes, end: at + quote.length };
    const character = text.charAt(at);
    if (character === '\n' && quote.length === 1) return undefined;
    if (bytes && character > '\x7f') return undefined;
    if (character !== '\\') {
      value += character;
      at++;
    } else if (raw) {
      value += text.slice(at, at + 2);
      at += 2;
    } else {
      const escaped = readEscape(text, at, bytes);
      if (escaped === undefined) return undefined;
      value += escaped.value;
      at = escaped.end;
    }
  }
  return undefined;
}
