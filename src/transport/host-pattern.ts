/**
 * Whether a name is in a comma list of patterns, as OpenSSH reads it (`man ssh_config`, PATTERNS): `*` and `?` stand for
 * characters, and a name that a `!` pattern matches is out whatever else matches. The caller brings both in lower case.
 */
export function matchesPatternList(list: string, name: string): boolean {
  let matched = false;
  for (const pattern of list.split(',')) {
    if (pattern.startsWith('!')) {
      if (matchesPattern(pattern.slice(1), name)) return false;
    } else if (matchesPattern(pattern, name)) matched = true;
  }
  return matched;
}

/** One pattern, without `!` and commas. Goes back to the last `*` only, so its time is bounded by the product of the lengths. */
export function matchesPattern(pattern: string, name: string): boolean {
  let [p, n] = [0, 0];
  let [star, resume] = [-1, 0];
  while (n < name.length) {
    if (pattern[p] === '*') [star, resume, p] = [p, n, p + 1];
    else if (p < pattern.length && (pattern[p] === '?' || pattern[p] === name[n])) [p, n] = [p + 1, n + 1];
    else if (star >= 0) {
      resume += 1;
      [p, n] = [star + 1, resume];
    } else return false;
  }
  while (pattern[p] === '*') p += 1;
  return p === pattern.length;
}
