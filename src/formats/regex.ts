import { RE2JS } from 're2js';

/** The longest regular expression that a runbook may bring, in characters. */
export const MAX_REGEX_LENGTH = 512;

/** How much of a text is looked at, in characters; what comes after it is not searched, and where it is cut is not its end. */
export const MAX_REGEX_INPUT = 1_048_576;

/** Where a regular expression matched. */
export interface RegexMatch {
  readonly text: string;
  readonly start: number;
  readonly end: number;
  /** Named groups, `(?P<name>…)` or `(?<name>…)`; one that took no part is empty. */
  readonly groups: Readonly<Record<string, string>>;
}

/** A compiled regular expression in RE2's syntax: matching takes time linear in the text, whatever the expression. */
export interface Regex {
  readonly source: string;
  readonly groupNames: readonly string[];
  /** Anywhere in the text; the leftmost match. */
  find(text: string): RegexMatch | undefined;
  test(text: string): boolean;
}

/** A regular expression, or a sentence that says why it is none. */
export type CompiledRegex = { readonly ok: true; readonly regex: Regex } | { readonly ok: false; readonly message: string };

/** Compiles what a runbook brings. Syntax: https://github.com/google/re2/wiki/Syntax (no look-around, no back-references). */
export function compileRegex(source: string): CompiledRegex {
  if (source.length > MAX_REGEX_LENGTH) {
    return { ok: false, message: `the regular expression has ${source.length} characters; at most ${MAX_REGEX_LENGTH} are taken` };
  }
  try {
    return { ok: true, regex: wrap(source, RE2JS.compile(source)) };
  } catch (error) {
    const why = error instanceof Error ? error.message.replace(/^error parsing regexp: /, '') : String(error);
    return { ok: false, message: `"${source}" is no regular expression in RE2's syntax: ${why}` };
  }
}

function wrap(source: string, compiled: RE2JS): Regex {
  const groupNames = Object.keys(compiled.namedGroups());
  let followed: RE2JS | undefined;
  /** The expression for a text, how much of that it is tried on, and the group that holds the match. */
  const forText = (text: string): { readonly expression: RE2JS; readonly searched: string; readonly whole: number } => {
    if (text.length <= MAX_REGEX_INPUT) return { expression: compiled, searched: text, whole: 0 };
    followed ??= followedBySomething(source);
    return { expression: followed, searched: text.slice(0, MAX_REGEX_INPUT + 1), whole: 1 };
  };
  return {
    source,
    groupNames,
    find(text) {
      const { expression, searched, whole } = forText(text);
      const matcher = expression.matcher(searched);
      if (!matcher.find()) return undefined;
      const groups = Object.fromEntries(groupNames.map((name) => [name, matcher.group(name) ?? '']));
      return { text: matcher.group(whole) ?? '', start: matcher.start(whole), end: matcher.end(whole), groups };
    },
    test(text) {
      const { expression, searched } = forText(text);
      return expression.test(searched);
    },
  };
}

/** For a text that is cut: a match must have a character behind it, so that `$` is not found at the cut. */
function followedBySomething(source: string): RE2JS {
  // A quotation that the author left open would take the rest for its own.
  const isOpen = source.lastIndexOf('\\Q') > source.lastIndexOf('\\E');
  return RE2JS.compile(`(${source}${isOpen ? '\\E' : ''})(?s:.)`);
}
