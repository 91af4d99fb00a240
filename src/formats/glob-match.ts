/** The names among those given that a shell pattern of one path part matches, sorted (`man 7 glob`; a leading dot is matched only by a dot). */
export function globMatches(pattern: string, names: readonly string[]): readonly string[] {
  const regex = new RegExp(`^${toRegex(pattern)}$`, 's');
  const matches = names.filter((name) => regex.test(name) && (!name.startsWith('.') || pattern.startsWith('.')));
  return matches.sort((a, b) => (a < b ? -1 : 1));
}

function toRegex(pattern: string): string {
  return pattern.replace(
    /\[([!^]?)(\]?[^\]]*)\]|\\(.)|[\s\S]/g,
    (token, negation: string | undefined, set: string | undefined, escaped) => {
      if (set !== undefined) return `[${negation ? '^' : ''}${set.replace(/[\\\]^[]/g, '\\$&')}]`;
      if (escaped !== undefined) return literal(escaped);
      if (token === '*') return '.*';
      return token === '?' ? '.' : literal(token);
    },
  );
}

function literal(character: string): string {
  return character.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
