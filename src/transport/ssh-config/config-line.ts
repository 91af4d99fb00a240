/** What ends a word of a line (`misc.c`, WHITESPACE). A form feed is taken off at the end of a line only. */
const SPACE = ' \t\r\n';
const TRAILING = `${SPACE}\f`;

/** A word, and where what follows it begins; absent when the line ended with it. */
interface Word {
  readonly text: string;
  readonly next?: number;
}

/** A line of a configuration file, cut into its keyword and the rest. */
export interface ConfigLine {
  /** In lower case. */
  readonly keyword: string;
  /** As it stands there. */
  readonly written: string;
  /** All after the keyword and its `=`, without the space around it; may be empty. */
  readonly rest: string;
  /** Columns from 1 of the keyword and of the rest. */
  readonly column: number;
  readonly restColumn: number;
}

/** ASCII letters alone, as `tolower` does with the bytes of UTF-8. */
export function lowerCase(text: string): string {
  return text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
}

function skip(text: string, from: number, characters: string): number {
  let at = from;
  while (at < text.length && characters.includes(text.charAt(at))) at += 1;
  return at;
}

/**
 * The next word as `strdelim` takes it: up to space, or one `=` with space around it, or a quoted part, which ends the word. Undefined
 * at the end, and where a quote is not closed.
 */
export function nextWord(text: string, from: number | undefined): Word | undefined {
  if (from === undefined) return undefined;
  const length = text.slice(from).search(/[ \t\r\n"=]/);
  if (length < 0) return { text: text.slice(from) };
  const end = from + length;
  if (text.charAt(end) === '"') {
    const close = text.indexOf('"', end + 1);
    if (close < 0) return undefined;
    return { text: text.slice(from, end) + text.slice(end + 1, close), next: skip(text, close + 1, SPACE) };
  }
  const next = skip(text, end + 1, SPACE);
  const isEquals = text.charAt(end) !== '=' && text.charAt(next) === '=';
  return { text: text.slice(from, end), next: isEquals ? skip(text, next + 1, SPACE) : next };
}

/** The line without what ends it. Its first character stays, whatever it is, as in `readconf.c`. */
function trimmed(line: string): string {
  let end = line.indexOf('\0') < 0 ? line.length : line.indexOf('\0');
  while (end > 1 && TRAILING.includes(line.charAt(end - 1))) end -= 1;
  return line.slice(0, end);
}

/** Cuts a line as `process_config_line_depth` of OpenSSH 9.2 does. Undefined for what it passes over: nothing, or a comment. */
export function readConfigLine(line: string): ConfigLine | undefined {
  const text = trimmed(line);
  let start = 0;
  let word = nextWord(text, start);
  if (word?.text === '') {
    start = word.next ?? text.length;
    word = nextWord(text, word.next);
  }
  if (word === undefined || word.text === '' || word.text.startsWith('#')) return undefined;
  const rest = skip(text, word.next ?? text.length, SPACE);
  return { keyword: lowerCase(word.text), written: word.text, rest: text.slice(rest), column: start + 1, restColumn: rest + 1 };
}

const ESCAPED = new Set(["'", '"', '\\']);

/**
 * Splits the rest of a line as `argv_split` of OpenSSH 9.2 does: quotes of both kinds, backslashes before quotes, backslashes and
 * (outside of quotes) spaces, and a `#` that begins a word ends the line. Undefined when a quote is not closed.
 */
export function splitArguments(text: string): readonly string[] | undefined {
  const found: string[] = [];
  for (let at = 0; at < text.length; at += 1) {
    if (isBlank(text, at)) continue;
    if (text.charAt(at) === '#') break;
    const word = argumentAt(text, at);
    if (word === undefined) return undefined;
    found.push(word.text);
    at = word.end;
  }
  return found;
}

function isBlank(text: string, at: number): boolean {
  return text.charAt(at) === ' ' || text.charAt(at) === '\t';
}

function argumentAt(text: string, from: number): { readonly text: string; readonly end: number } | undefined {
  let quote = '';
  let found = '';
  let at = from;
  for (; at < text.length; at += 1) {
    const character = text.charAt(at);
    const next = text.charAt(at + 1);
    if (character === '\\' && (ESCAPED.has(next) || (quote === '' && next === ' '))) {
      found += next;
      at += 1;
    } else if (character === '\\') found += character;
    else if (quote === '' && isBlank(text, at)) break;
    else if (quote === '' && (character === '"' || character === "'")) quote = character;
    else if (character === quote) quote = '';
    else found += character;
  }
  return quote === '' ? { text: found, end: at } : undefined;
}
