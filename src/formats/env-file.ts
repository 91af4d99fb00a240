import { BLANKS, trailingBlanks } from './blanks.ts';
import { type TracedBuilder, type TracedText, tracedBuilder } from './traced-text.ts';
import { isSystemdUtf8 } from './utf8-check.ts';

/** One assignment of an environment file. Offsets are in the file. */
export interface EnvAssignment {
  readonly name: string;
  readonly value: TracedText;
  /** For each character of the value: the quote it stands in, or `''`. */
  readonly quotes: readonly string[];
  /** Where the name begins. */
  readonly from: number;
  /** Right after the `=`. */
  readonly valueFrom: number;
  /** The end of the line that ends the value, or of the file. */
  readonly valueTo: number;
}

/** An environment file as systemd reads it. */
export interface EnvFile {
  readonly text: string;
  /** In file order, names that systemd then ignores among them; empty when the file is refused. */
  readonly assignments: readonly EnvAssignment[];
  /** systemd refuses the whole file: not UTF-8, or a NUL byte in it. */
  readonly refused?: string;
}

/** How the systemd that reads the file behaves. */
export interface EnvFileRules {
  /**
   * A comment that ends in a backslash goes on in the next line. True before systemd v254 (the default here), which is
   * what Debian 12 and RHEL 9 run.
   */
  readonly commentsContinue: boolean;
}

/** The rules of systemd before v254. */
export const ENV_RULES_BEFORE_254: EnvFileRules = { commentsContinue: true };

/**
 * Parses an `EnvironmentFile=` exactly as systemd v252 does (src/basic/env-file.c): comments (`#`, `;`) only where a name
 * may begin, quotes only at the beginning of a value or after a closed quote, backslash-newline joins lines, trailing
 * blanks of unquoted text are dropped. Lines without `=` and empty lines mean nothing. Takes and keeps byte text.
 */
export function parseEnvFile(text: string, rules: EnvFileRules = ENV_RULES_BEFORE_254): EnvFile {
  if (text.includes('\0')) return { text, assignments: [], refused: 'it holds a NUL byte' };
  const scan = new EnvScan(rules);
  for (let at = 0; at < text.length; at += 1) scan.read(text.charAt(at), at);
  scan.finish(text.length);
  const bad = scan.assignments.find(({ name, value }) => !isSystemdUtf8(name) || !isSystemdUtf8(value.text));
  if (bad !== undefined) return { text, assignments: [], refused: 'it is not UTF-8' };
  return { text, assignments: scan.assignments };
}

/** Whether systemd takes it as the name of a variable: letters, digits and `_`, not beginning with a digit. */
export function isVariableName(name: string): boolean {
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(name);
}

/** The assignment of a variable that counts: the last one. */
export function winningAssignment(file: EnvFile, name: string): EnvAssignment | undefined {
  return file.assignments.findLast((assignment) => assignment.name === name);
}

/**
 * The line, from 1, at which it matters which systemd reads the file: the first comment that ends in a backslash, in a file where
 * such a comment hides, or not, an assignment. Undefined where all read the same.
 */
export function versionDependentLine(text: string): number | undefined {
  const comment = /^[ \t]*[#;].*\\\r?$/m.exec(text);
  if (!comment) return undefined;
  const meaning = (commentsContinue: boolean): string =>
    JSON.stringify(parseEnvFile(text, { commentsContinue }).assignments.map(({ name, value }) => [name, value.text]));
  return meaning(true) === meaning(false) ? undefined : text.slice(0, comment.index).split('\n').length;
}

type State = 'pre-name' | 'name' | 'pre-value' | 'value' | 'value-escape' | 'quoted' | 'quoted-escape' | 'comment' | 'comment-escape';

const NEWLINES = '\n\r';
/** What a backslash escapes between double quotes; before anything else it stays. */
const ESCAPABLE = '"\\`$';

class EnvScan {
  readonly assignments: EnvAssignment[] = [];
  readonly #rules: EnvFileRules;
  #state: State = 'pre-name';
  #name = '';
  #from = 0;
  #valueFrom = 0;
  #value: TracedBuilder = tracedBuilder();
  #quotes: string[] = [];
  /** Length of the value up to its trailing blanks; undefined when it ends in none. */
  #blanksFrom: number | undefined;
  #quote = '';
  #escapeAt = 0;

  constructor(rules: EnvFileRules) {
    this.#rules = rules;
  }

  read(character: string, at: number): void {
    switch (this.#state) {
      case 'pre-name':
        this.#beforeName(character, at);
        break;
      case 'name':
        this.#inName(character, at);
        break;
      case 'pre-value':
        this.#beforeValue(character, at);
        break;
      case 'value':
        this.#inValue(character, at);
        break;
      case 'value-escape':
        this.#afterBackslash(character, at);
        break;
      case 'quoted':
        this.#inQuotes(character, at);
        break;
      case 'quoted-escape':
        this.#afterQuotedBackslash(character, at);
        break;
      case 'comment':
        this.#inComment(character);
        break;
      case 'comment-escape':
        this.#state = !this.#rules.commentsContinue && NEWLINES.includes(character) ? 'pre-name' : 'comment';
    }
  }

  /** The end of the file ends a value whatever state it is in. */
  finish(at: number): void {
    if (['pre-value', 'value', 'value-escape', 'quoted', 'quoted-escape'].includes(this.#state)) this.#push(at, this.#state === 'value');
  }

  #beforeName(character: string, at: number): void {
    if ('#;'.includes(character)) this.#state = 'comment';
    else if (!BLANKS.includes(character)) {
      this.#state = 'name';
      this.#name = character;
      this.#from = at;
    }
  }

  #inName(character: string, at: number): void {
    if (NEWLINES.includes(character)) this.#state = 'pre-name';
    else if (character === '=') {
      this.#state = 'pre-value';
      this.#valueFrom = at + 1;
      this.#value = tracedBuilder();
      this.#quotes = [];
      this.#blanksFrom = undefined;
    } else this.#name += character;
  }

  #beforeValue(character: string, at: number): void {
    if (NEWLINES.includes(character)) this.#push(at, false);
    else if (character === '"' || character === "'") {
      this.#state = 'quoted';
      this.#quote = character;
    } else if (character === '\\') this.#escape('value-escape', at);
    else if (!BLANKS.includes(character)) {
      this.#state = 'value';
      this.#take(character, at, '');
    }
  }

  #inValue(character: string, at: number): void {
    if (NEWLINES.includes(character)) this.#push(at, true);
    else if (character === '\\') {
      this.#escape('value-escape', at);
      this.#blanksFrom = undefined;
    } else {
      if (!BLANKS.includes(character)) this.#blanksFrom = undefined;
      else this.#blanksFrom ??= this.#value.length();
      this.#take(character, at, '');
    }
  }

  #afterBackslash(character: string, at: number): void {
    this.#state = 'value';
    if (!NEWLINES.includes(character)) this.#take(character, at, '', this.#escapeAt);
  }

  #inQuotes(character: string, at: number): void {
    if (character === this.#quote) this.#state = 'pre-value';
    else if (character === '\\' && this.#quote === '"') this.#escape('quoted-escape', at);
    else this.#take(character, at, this.#quote);
  }

  #afterQuotedBackslash(character: string, at: number): void {
    this.#state = 'quoted';
    if (ESCAPABLE.includes(character)) this.#take(character, at, '"', this.#escapeAt);
    else if (character !== '\n') {
      this.#take('\\', this.#escapeAt, '"');
      this.#take(character, at, '"');
    }
  }

  #inComment(character: string): void {
    if (character === '\\') this.#state = 'comment-escape';
    else if (NEWLINES.includes(character)) this.#state = 'pre-name';
  }

  #escape(state: State, at: number): void {
    this.#state = state;
    this.#escapeAt = at;
  }

  #take(character: string, at: number, quote: string, from = at): void {
    this.#value.push(character, from, at + 1);
    this.#quotes.push(quote);
  }

  #push(at: number, chomp: boolean): void {
    if (chomp && this.#blanksFrom !== undefined) this.#value.cut(this.#blanksFrom);
    const value = this.#value.done();
    this.assignments.push({
      name: this.#name.slice(0, trailingBlanks(this.#name)),
      value,
      quotes: this.#quotes.slice(0, value.text.length),
      from: this.#from,
      valueFrom: this.#valueFrom,
      valueTo: at,
    });
    this.#state = 'pre-name';
  }
}
