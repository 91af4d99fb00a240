import type { SshConfigIo } from './io.ts';

/** A part of a path between slashes: a name, or a pattern of names. */
type Segment = { readonly name: string } | { readonly pattern: RegExp; readonly takesHidden: boolean };

const CLASSES: Readonly<Record<string, string>> = {
  alnum: 'A-Za-z0-9',
  alpha: 'A-Za-z',
  blank: ' \\t',
  cntrl: '\\x00-\\x1f\\x7f',
  digit: '0-9',
  graph: '\\x21-\\x7e',
  lower: 'a-z',
  print: '\\x20-\\x7e',
  punct: '!-\\/:-@\\[-`{-~',
  space: ' \\t\\n\\v\\f\\r',
  upper: 'A-Z',
  xdigit: '0-9A-Fa-f',
};

/** Letters of the alphabet of patterns: a character, a set of characters, any one, or any number. */
const PIECE = /\\([\s\S])|\[(!?)((?:\[:[a-z]+:\]|[\s\S])(?:\[:[a-z]+:\]|[^\]])*)\]|(\*+)|(\?)|([\s\S])/gu;

function literal(character: string): string {
  return /[A-Za-z0-9_]/.test(character) ? character : `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;
}

function setOf(negation: string, members: string): string {
  const inside = members.replace(/\[:([a-z]+):\]|([\s\S])-([^\]])|([\s\S])/g, (_, name, from, to, one) => {
    if (name !== undefined) return CLASSES[name] ?? '';
    if (from === undefined) return literal(one);
    return from <= to ? `${literal(from)}-${literal(to)}` : '';
  });
  if (inside === '') return negation === '' ? '(?!)' : '[\\s\\S]';
  return `[${negation === '' ? '' : '^'}${inside}]`;
}

function segmentOf(text: string): Segment {
  let name = '';
  let pattern = '';
  let isPattern = false;
  for (const [, escaped, negation = '', members, stars, question, other] of text.matchAll(PIECE)) {
    const character = escaped ?? other;
    name += character ?? '';
    isPattern ||= character === undefined;
    if (character !== undefined) pattern += literal(character);
    else if (members !== undefined) pattern += setOf(negation, members);
    else if (stars !== undefined) pattern += '[\\s\\S]*';
    else if (question !== undefined) pattern += '[\\s\\S]';
  }
  return isPattern ? { pattern: new RegExp(`^${pattern}$`, 'u'), takesHidden: /^\\?\./.test(text) } : { name };
}

/**
 * The paths that a pattern stands for, in the order of their bytes, as the `glob` of OpenSSH's own library finds them: `*`, `?`,
 * `[set]`, and backslashes before what is meant as it is. Hidden files need their dot. A path without patterns is found if it exists.
 */
export async function glob(pattern: string, io: Pick<SshConfigIo, 'list' | 'exists'>): Promise<readonly string[]> {
  let paths: readonly string[] = [''];
  for (const [index, text] of pattern.split('/').entries()) {
    const slash = index === 0 ? '' : '/';
    const found = await Promise.all(paths.map((path) => below(`${path}${slash}`, segmentOf(text), io)));
    paths = found.flat();
  }
  const existing = await Promise.all(paths.map(async (path) => ((await io.exists(path)) ? [path] : [])));
  return existing.flat().sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
}

async function below(directory: string, segment: Segment, io: Pick<SshConfigIo, 'list'>): Promise<readonly string[]> {
  if ('name' in segment) return [`${directory}${segment.name}`];
  const names = await io.list(directory);
  const visible = names.filter((name) => segment.takesHidden || !name.startsWith('.'));
  return visible.filter((name) => segment.pattern.test(name)).map((name) => `${directory}${name}`);
}
