/**
 * The names among those given that a shell pattern of one path part matches, sorted (`man 7 glob`; a leading dot is matched
 * only by a dot). The pattern may come from a host: it goes back to its last `*` only, so that its time is bounded by the
 * product of the lengths, and none is an error.
 */
export function globMatches(pattern: string, names: readonly string[]): readonly string[] {
  const tokens = tokensOf(pattern);
  const matches = names.filter((name) => (!name.startsWith('.') || pattern.startsWith('.')) && matchesTokens(tokens, name));
  return matches.sort((a, b) => (a < b ? -1 : 1));
}

/** Any run of characters, or a test of one. */
type Token = '*' | ((character: string) => boolean);

function tokensOf(pattern: string): readonly Token[] {
  const tokens: Token[] = [];
  for (let at = 0; at < pattern.length; ) {
    const character = pattern.charAt(at);
    const set = character === '[' ? readSet(pattern, at) : undefined;
    const escaped = character === '\\' && at + 1 < pattern.length;
    if (set !== undefined) tokens.push(set.token);
    else if (character === '*') tokens.push('*');
    else if (character === '?') tokens.push(() => true);
    else tokens.push(literal(pattern.charAt(escaped ? at + 1 : at)));
    at = set?.next ?? at + (escaped ? 2 : 1);
  }
  return tokens;
}

function literal(wanted: string): Token {
  return (character) => character === wanted;
}

/** `[a-z]`, `[!…]`: the first character inside may be `]`; undefined when the bracket is never closed and stands for itself. */
function readSet(pattern: string, open: number): { readonly token: Token; readonly next: number } | undefined {
  const negated = /[!^]/.test(pattern.charAt(open + 1));
  const from = open + (negated ? 2 : 1);
  const close = pattern.indexOf(']', from + 1);
  if (close === -1) return undefined;
  const ranges: (readonly [string, string])[] = [];
  for (let at = from; at < close; at += 1) {
    const isRange = pattern.charAt(at + 1) === '-' && at + 2 < close;
    ranges.push([pattern.charAt(at), pattern.charAt(isRange ? at + 2 : at)]);
    if (isRange) at += 2;
  }
  const isIn = (character: string): boolean => ranges.some(([first, last]) => first <= character && character <= last);
  return { token: (character) => isIn(character) !== negated, next: close + 1 };
}

function matchesTokens(tokens: readonly Token[], name: string): boolean {
  let [token, at] = [0, 0];
  let [star, resume] = [-1, 0];
  while (at < name.length) {
    const wanted = tokens[token];
    if (wanted === '*') [star, resume, token] = [token, at, token + 1];
    else if (wanted?.(name.charAt(at))) [token, at] = [token + 1, at + 1];
    else if (star >= 0) {
      resume += 1;
      [token, at] = [star + 1, resume];
    } else return false;
  }
  while (tokens[token] === '*') token += 1;
  return token === tokens.length;
}
