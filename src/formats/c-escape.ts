import { encodeCodePoint, isUnicodeCharacter } from './utf8-check.ts';

/** What an escape stands for, and how many characters it takes after its backslash. */
export interface Unescaped {
  readonly bytes: string;
  readonly length: number;
}

const SIMPLE: Readonly<Record<string, string>> = {
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '\\': '\\',
  '"': '"',
  "'": "'",
  s: ' ',
};

/** Reads the C-style escape whose backslash stands before `at`; undefined when it is none (systemd src/basic/escape.c). */
export function readCEscape(text: string, at: number): Unescaped | undefined {
  const kind = text[at] ?? '';
  const simple = Object.hasOwn(SIMPLE, kind) ? SIMPLE[kind] : undefined;
  if (simple !== undefined) return { bytes: simple, length: 1 };
  if (kind === 'x') return byteEscape(text.slice(at + 1, at + 3), /^[0-9a-fA-F]{2}$/, 16, 3);
  if (/^[0-7]$/.test(kind)) return byteEscape(text.slice(at, at + 3), /^[0-7]{3}$/, 8, 3);
  if (kind === 'u') return unicodeEscape(text.slice(at + 1, at + 5), 4);
  if (kind === 'U') return unicodeEscape(text.slice(at + 1, at + 9), 8);
  return undefined;
}

function byteEscape(digits: string, shape: RegExp, radix: number, length: number): Unescaped | undefined {
  const value = shape.test(digits) ? Number.parseInt(digits, radix) : 0;
  return value === 0 || value > 255 ? undefined : { bytes: String.fromCharCode(value), length };
}

function unicodeEscape(digits: string, count: number): Unescaped | undefined {
  if (digits.length !== count || !/^[0-9a-fA-F]+$/.test(digits)) return undefined;
  const value = Number.parseInt(digits, 16);
  if (value === 0 || (count === 8 && !isUnicodeCharacter(value))) return undefined;
  return { bytes: encodeCodePoint(value), length: count + 1 };
}

/** Escapes byte text so that {@link readCEscape} gives it back between double quotes; bytes above 127 stay as they are. */
export function writeCEscapes(text: string): string {
  return text.replace(/[\x00-\x1f\x7f"\\]/g, (character) => {
    const short = Object.entries(SIMPLE).find(([key, value]) => value === character && key !== 's');
    return short === undefined ? `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}` : `\\${short[0]}`;
  });
}
