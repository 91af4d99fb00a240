import { BLANKS } from './blanks.ts';
import { readCEscape } from './c-escape.ts';
import { type TracedBuilder, type TracedText, tracedBuilder } from './traced-text.ts';

/** How strictly words are read; each reader of systemd has its own mixture. */
export interface WordRules {
  /** Backslashes are C-style escapes; otherwise they make the next character literal. */
  readonly cEscapes: boolean;
  /** An unknown escape is kept as it stands, not an error. */
  readonly keepUnknownEscapes: boolean;
  /** A quote that is never closed ends with the text, and is no error. */
  readonly openQuotes: boolean;
}

/** For `Environment=` and `UnsetEnvironment=`. */
export const ENVIRONMENT_RULES: WordRules = { cEscapes: true, keepUnknownEscapes: false, openQuotes: false };
/** For `PassEnvironment=`. */
export const NAME_RULES: WordRules = { cEscapes: false, keepUnknownEscapes: false, openQuotes: false };
/** For the value of a variable that stands in `ExecStart=` as a word of its own, such as `$ARGS`. */
export const SPLIT_RULES: WordRules = { cEscapes: false, keepUnknownEscapes: false, openQuotes: true };

/** A word, unquoted and unescaped. `start` and `end` bound it in the source, quotes included; `next` is where the next one begins. */
export interface Word {
  readonly word: TracedText;
  readonly start: number;
  readonly end: number;
  readonly next: number;
}

/** What stands at a position: a word, nothing more, or something that these rules refuse. */
export type Extracted = ({ readonly kind: 'word' } & Word) | { readonly kind: 'end' } | { readonly kind: 'invalid' };

/** Reads one word as systemd's `extract_first_word` does (src/basic/extract-word.c, v252). */
export function extractWord(source: TracedText, position: number, rules: WordRules): Extracted {
  const start = skipBlanks(source.text, position);
  if (start >= source.text.length) return { kind: 'end' };
  const scan: WordScan = { source, rules, at: start, quote: '', out: tracedBuilder() };
  while (scan.at < source.text.length) {
    const step = readCharacter(scan);
    if (step === 'invalid') return { kind: 'invalid' };
    if (step === 'end') break;
  }
  if (scan.quote !== '' && !rules.openQuotes) return { kind: 'invalid' };
  return { kind: 'word', word: scan.out.done(), start, end: scan.at, next: skipBlanks(source.text, scan.at) };
}

/** All words; undefined when one of them is refused. */
export function extractWords(source: TracedText, rules: WordRules): readonly Word[] | undefined {
  const words: Word[] = [];
  for (let position = 0; ; ) {
    const found = extractWord(source, position, rules);
    if (found.kind === 'invalid') return undefined;
    if (found.kind === 'end') return words;
    words.push(found);
    position = found.next;
  }
}

/** The first position from `position` on that is no blank. */
export function skipBlanks(text: string, position: number): number {
  let at = position;
  while (at < text.length && BLANKS.includes(text.charAt(at))) at += 1;
  return at;
}

interface WordScan {
  readonly source: TracedText;
  readonly rules: WordRules;
  readonly out: TracedBuilder;
  at: number;
  quote: string;
}

function readCharacter(scan: WordScan): 'more' | 'end' | 'invalid' {
  const character = scan.source.text.charAt(scan.at);
  if (character === '\\') return readBackslash(scan);
  if (scan.quote !== '') {
    if (character === scan.quote) scan.quote = '';
    else take(scan, character, 1);
  } else if (character === '"' || character === "'") {
    scan.quote = character;
  } else if (BLANKS.includes(character)) {
    return 'end';
  } else {
    take(scan, character, 1);
  }
  scan.at += 1;
  return 'more';
}

function readBackslash(scan: WordScan): 'more' | 'invalid' {
  const { source, rules } = scan;
  if (scan.at + 1 >= source.text.length) return readTrailingBackslash(scan);
  if (!rules.cEscapes) return keep(scan, source.text.charAt(scan.at + 1), 2);
  const found = readCEscape(source.text, scan.at + 1);
  if (found !== undefined) return keep(scan, found.bytes, found.length + 1);
  return rules.keepUnknownEscapes ? keep(scan, source.text.slice(scan.at, scan.at + 2), 2) : 'invalid';
}

function readTrailingBackslash(scan: WordScan): 'more' | 'invalid' {
  const { keepUnknownEscapes, openQuotes } = scan.rules;
  if (keepUnknownEscapes && (scan.quote === '' || openQuotes)) return keep(scan, '\\', 1);
  if (!openQuotes) return 'invalid';
  scan.at += 1;
  return 'more';
}

function keep(scan: WordScan, characters: string, length: number): 'more' {
  take(scan, characters, length);
  scan.at += length;
  return 'more';
}

function take(scan: WordScan, characters: string, length: number): void {
  const from = scan.source.from[scan.at] ?? 0;
  scan.out.push(characters, from, scan.source.to[scan.at + length - 1] ?? from);
}
