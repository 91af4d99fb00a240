import { RE2JS } from 're2js';

/** The longest regular expression that a runbook may bring, in characters. */
const MAX_LENGTH = 512;
/** How much of a text is searched, in characters. */
const MAX_INPUT = 1_048_576;

/** A regular expression whose matching time is linear in the text, or a sentence that says why it is none. */
export type Re2Pattern = { readonly ok: true; test(text: string): boolean } | { readonly ok: false; readonly message: string };

const compiled = new Map<string, Re2Pattern>();

/** Compiles RE2 syntax: https://github.com/google/re2/wiki/Syntax. */
export function re2Pattern(source: string): Re2Pattern {
  const known = compiled.get(source);
  if (known) return known;
  const pattern = compile(source);
  // Expressions may compute patterns on each host: the memory of them stays small.
  if (compiled.size >= 256) compiled.clear();
  compiled.set(source, pattern);
  return pattern;
}

function compile(source: string): Re2Pattern {
  if (source.length > MAX_LENGTH) {
    return { ok: false, message: `a regular expression has at most ${MAX_LENGTH} characters, but this one has ${source.length}` };
  }
  try {
    const pattern = RE2JS.compile(source);
    return { ok: true, test: (text) => pattern.test(text.slice(0, MAX_INPUT)) };
  } catch (error) {
    const why = error instanceof Error ? error.message.replace(/^error parsing regexp: /, '') : 'not understood';
    return { ok: false, message: `no regular expression in RE2's syntax: ${why}` };
  }
}
