import { flagName } from './argument-plan.ts';

/** What a program that parses its arguments with the Go package pflag says of one argument. */
export type PflagAnswer =
  | { readonly kind: 'known' }
  | { readonly kind: 'unknown'; readonly message: string }
  | { readonly kind: 'needs-value'; readonly message: string }
  | { readonly kind: 'invalid'; readonly message: string }
  /** It failed, but not with anything that is about this argument. */
  | { readonly kind: 'undecided' };

/**
 * Understands the answer to `program PROBE… argument`, as printed by kubelet v1.20 (`F… server.go:156] unknown flag: --x`, exit
 * code 255, then a dump of goroutines) and newer ones (`err="failed to parse kubelet flag: unknown flag: --x"`): only the words
 * of pflag itself are looked at, and only when they name this argument's flag.
 */
export function readPflagAnswer(argument: string, code: number, output: string): PflagAnswer {
  if (code === 0) return { kind: 'known' };
  const name = flagName(argument);
  const text = output.replaceAll('\\"', '"');
  const unknown = /unknown flag: (-{1,2}[^\s"']+)/.exec(text);
  if (unknown !== null && unknown[1] === name) return { kind: 'unknown', message: unknown[0] };
  const shorthand = /unknown shorthand flag: '.' in (-[^\s"']+)/.exec(text);
  if (shorthand !== null && isSame(shorthand[1], argument)) return { kind: 'unknown', message: shorthand[0] };
  const badSyntax = /bad flag syntax: (-{1,3}[^\s"']*)/.exec(text);
  if (badSyntax !== null && isSame(badSyntax[1], argument)) return { kind: 'unknown', message: badSyntax[0] };
  const needs = /flag needs an argument: (?:'.' in )?(-{1,2}[^\s"']+)/.exec(text);
  if (needs !== null && isSame(needs[1], argument)) return { kind: 'needs-value', message: needs[0] };
  return readInvalid(name, text);
}

function readInvalid(name: string, text: string): PflagAnswer {
  const found = invalidArgument(text);
  const names = (found?.[1] ?? '').split(', ');
  const isAboutIt = names.includes(name) || names.some((one) => !one.startsWith('--') && name.startsWith(one) && one !== '');
  return found !== null && isAboutIt ? { kind: 'invalid', message: withoutOpenQuote(found[0]) } : { kind: 'undecided' };
}

/** Begun at one place a line: begun at each, a long line of beginnings would take time by its square. */
function invalidArgument(text: string): RegExpExecArray | null {
  for (const line of text.split('\n')) {
    const from = line.indexOf('invalid argument ');
    const found = from === -1 ? null : /^invalid argument .* for "([^"]*)" flag: .*/.exec(line.slice(from));
    if (found !== null) return found;
  }
  return null;
}

/** Structured logs put the whole message between quotes: the last one is theirs. */
function withoutOpenQuote(message: string): string {
  const trimmed = message.trim();
  const quotes = trimmed.match(/"/g)?.length ?? 0;
  return quotes % 2 === 1 && trimmed.endsWith('"') ? trimmed.slice(0, -1) : trimmed;
}

function isSame(said: string | undefined, argument: string): boolean {
  return said !== undefined && (said === flagName(argument) || said === argument || argument.startsWith(said));
}
