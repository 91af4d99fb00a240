import { BLANKS } from './blanks.ts';
import { type Extracted, extractWord, skipBlanks, type Word, type WordRules } from './extract-word.ts';
import { type TracedText, tracedBuilder, tracedSlice } from './traced-text.ts';
import { resolveSpecifiers, type SpecifierContext } from './unit-specifier.ts';

/** A word of a command line as it stands in the unit: unquoted and unescaped, specifiers resolved, variables not. */
export interface ExecWord extends Word {
  /** Some specifier of it could not be resolved. */
  readonly uncertain: boolean;
}

/** One command of an `ExecStart=` line. */
export interface ExecCommand {
  /** The program that is started, as written; without a slash it is looked up by systemd. */
  readonly program: string;
  /** Its argv before variables are replaced; argv[0] is the second word where the program has the prefix `@`. */
  readonly words: readonly ExecWord[];
  /** False with the prefix `:`: variables are not replaced. */
  readonly expands: boolean;
  /** Prefix `-`: a failure of it does not count. */
  readonly ignoresFailure: boolean;
  /** The prefixes as written, such as `-@`. */
  readonly prefix: string;
  /** The first word as it stands in the value, prefixes included. */
  readonly head: Word;
  /** Where the command ends in the value. */
  readonly end: number;
}

/** An `ExecStart=` line; `refused` when systemd does not load a unit file that holds it. */
export interface ExecLine {
  readonly commands: readonly ExecCommand[];
  readonly refused?: string;
}

const STRICT: WordRules = { cEscapes: true, keepUnknownEscapes: false, openQuotes: false };
const RELAXED: WordRules = { ...STRICT, keepUnknownEscapes: true };

/**
 * Parses the value of `ExecStart=` (not empty: that resets the list) as systemd v252 does (`man systemd.service`;
 * src/core/load-fragment.c, config_parse_exec): prefixes, quotes, C-style escapes, `;` and `\;`, specifiers.
 */
export function parseExecLine(value: TracedText, context: SpecifierContext): ExecLine {
  const commands: ExecCommand[] = [];
  for (let position = 0; ; ) {
    const head = readWord(value, position);
    if (head.kind !== 'word') return { commands };
    if (head.word.text === ';') {
      position = head.next;
      continue;
    }
    const parsed = parseCommand(value, head, context);
    if (parsed.refused !== undefined) return parsed.ignored ? { commands } : { commands, refused: parsed.refused };
    commands.push(parsed.command);
    if (!parsed.more) return { commands };
    position = parsed.next;
  }
}

type ParsedCommand =
  | { readonly refused: string; readonly ignored: boolean }
  | { readonly refused?: undefined; readonly command: ExecCommand; readonly more: boolean; readonly next: number };

function parseCommand(value: TracedText, head: Word, context: SpecifierContext): ParsedCommand {
  const prefix = readPrefix(head.word.text);
  const ignored = prefix.includes('-');
  const path = resolveSpecifiers(tracedSlice(head.word, prefix.length), context);
  const program = path.text.text;
  const wrong = whatIsWrongWith(program);
  if (wrong !== undefined) return { refused: wrong, ignored };
  const rest = parseArguments(value, head.next, context);
  if (rest === undefined) return { refused: 'a quote is not closed', ignored };
  const first: ExecWord = { ...head, word: path.text, uncertain: path.unknown.length > 0 };
  const words = prefix.includes('@') ? rest.words : [first, ...rest.words];
  if (words.length === 0 || words[0]?.word.text === '') return { refused: 'argv[0] is empty', ignored };
  const end = rest.words.at(-1)?.end ?? head.end;
  const command = { program, words, expands: !prefix.includes(':'), ignoresFailure: ignored, prefix, head, end };
  return { command, more: rest.more, next: rest.next };
}

interface Arguments {
  readonly words: readonly ExecWord[];
  /** A `;` follows. */
  readonly more: boolean;
  readonly next: number;
}

function parseArguments(value: TracedText, start: number, context: SpecifierContext): Arguments | undefined {
  const words: ExecWord[] = [];
  for (let position = start; ; ) {
    if (isLone(value.text, position, ';')) return { words, more: true, next: skipBlanks(value.text, position + 1) };
    if (isLone(value.text, position, '\\;')) {
      words.push(literalSemicolon(value, position));
      position = skipBlanks(value.text, position + 2);
      continue;
    }
    const found = readWord(value, position);
    if (found.kind === 'invalid') return undefined;
    if (found.kind === 'end') return { words, more: false, next: position };
    const { text, unknown } = resolveSpecifiers(found.word, context);
    words.push({ ...found, word: text, uncertain: unknown.length > 0 });
    position = found.next;
  }
}

/** Unknown escapes are an error at first; then the word is read again with them kept as they stand. */
function readWord(value: TracedText, position: number): Extracted {
  const strict = extractWord(value, position, STRICT);
  return strict.kind === 'invalid' ? extractWord(value, position, RELAXED) : strict;
}

function isLone(text: string, position: number, token: string): boolean {
  const after = text.charAt(position + token.length);
  return text.startsWith(token, position) && (after === '' || BLANKS.includes(after));
}

function literalSemicolon(value: TracedText, position: number): ExecWord {
  const word = tracedBuilder();
  word.push(';', value.from[position] ?? 0, value.to[position + 1] ?? 0);
  return { word: word.done(), start: position, end: position + 2, next: skipBlanks(value.text, position + 2), uncertain: false };
}

/** The leading special characters: each of `-@:` once, and one of `+`, `!`, `!!`. */
function readPrefix(word: string): string {
  const seen = new Set<string>();
  let length = 0;
  for (; length < word.length; length += 1) {
    const character = word.charAt(length);
    const isPrivilege = character === '+' || character === '!';
    const allowed = isPrivilege ? allowsPrivilege(character, seen) : '-@:'.includes(character) && !seen.has(character);
    if (!allowed) break;
    seen.add(isPrivilege && seen.has('!') ? '!!' : character);
  }
  return word.slice(0, length);
}

function allowsPrivilege(character: string, seen: ReadonlySet<string>): boolean {
  if (seen.has('+') || seen.has('!!')) return false;
  return character === '!' || !seen.has('!');
}

function whatIsWrongWith(program: string): string | undefined {
  if (program === '') return 'no program is named';
  if (/[\x00-\x1f\x7f"'\\]/.test(program)) return 'the name of the program has special characters';
  if (program.endsWith('/')) return 'the program is a directory';
  const isName = !program.includes('/') && program !== '.' && program !== '..' && program.length <= 255;
  if (!program.startsWith('/')) return isName ? undefined : 'the program is neither a name nor an absolute path';
  return program.length < 4096 && program.split('/').every((part) => part.length <= 255)
    ? undefined
    : 'the path of the program is too long';
}
