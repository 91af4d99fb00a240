/**
 * Replaces `${NAME}` anywhere in a word, and `$$` by a dollar; every other `$` stays (systemd's replace_env with no flags). A
 * name whose value is undefined stays as it is written. Stops once more than `most` characters have come together: files may
 * name a long variable very often.
 */
export function substitute(word: string, value: (name: string) => string | undefined, most: number): string {
  let result = '';
  let at = 0;
  let stop = -1;
  while (result.length <= most) {
    const dollar = word.indexOf('$', at);
    if (dollar === -1) return result + word.slice(at);
    result += word.slice(at, dollar);
    const next = word.charAt(dollar + 1);
    if (next === '{' && stop < dollar) stop = nameEnd(word, dollar + 2);
    const name = next === '{' && word.charAt(stop) === '}' ? word.slice(dollar + 2, stop) : undefined;
    const whole = name === undefined ? (next === '$' ? '$$' : '$') : `\${${name}}`;
    result += name === undefined ? '$' : (value(name) ?? whole);
    at = dollar + whole.length;
  }
  return result;
}

/** The first `}` or `:` from here on, or the end: looked for once for all the `${` before it. */
function nameEnd(word: string, from: number): number {
  for (let at = from; at < word.length; at += 1) if ('}:'.includes(word.charAt(at))) return at;
  return word.length;
}
