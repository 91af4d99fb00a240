import { fail, ok, type Result } from '../domain/failure.ts';

/** Tells whether a name of a host or group is meant. */
export type NameMatcher = (name: string) => boolean;

function literal(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
}

function inClass(character: string): string {
  return /[\\^[\]-]/.test(character) ? `\\${character}` : character;
}

/** What stands between brackets, as a class of a regular expression; ranges that end before they begin hold nothing. */
function characterClass(inside: string): string {
  const negated = inside.startsWith('!');
  const characters = [...(negated ? inside.slice(1) : inside)];
  let items = '';
  for (let at = 0; at < characters.length; at++) {
    const first = characters[at] ?? '';
    const last = characters[at + 1] === '-' ? characters[at + 2] : undefined;
    if (last === undefined) items += inClass(first);
    else {
      if (first <= last) items += `${inClass(first)}-${inClass(last)}`;
      at += 2;
    }
  }
  if (items === '') return negated ? '.' : '(?!)';
  return `[${negated ? '^' : ''}${items}]`;
}

/** Where the class that opens at `open` closes; a `]` that comes first belongs to it. */
function classEnd(glob: string, open: number): number {
  const first = glob.charAt(open + 1) === '!' ? open + 2 : open + 1;
  return glob.indexOf(']', glob.charAt(first) === ']' ? first + 1 : first);
}

/** A shell glob over the whole name, as Python's `fnmatch`: `*`, `?`, `[seq]`, `[!seq]`, case counts. */
export function globMatcher(glob: string): NameMatcher {
  let source = '';
  for (let at = 0; at < glob.length; at++) {
    const character = glob.charAt(at);
    const end = character === '[' ? classEnd(glob, at) : -1;
    if (character === '*') {
      if (!source.endsWith('.*')) source += '.*';
    } else if (character === '?') source += '.';
    else if (end > 0) {
      source += characterClass(glob.slice(at + 1, end));
      at = end;
    } else source += literal(character);
  }
  const expression = new RegExp(`^${source}$`, 'su');
  return (name) => expression.test(name);
}

/** A regular expression that must match at the start of a name, as Python's `re.match`; groups and flags may be written as in Python. */
export function regexMatcher(source: string): Result<NameMatcher> {
  const flags = /^\(\?([ims]+)\)/.exec(source);
  const body = source
    .slice(flags?.[0].length ?? 0)
    .replaceAll('(?P<', '(?<')
    .replaceAll('\\Z', '$');
  try {
    const expression = new RegExp(body, `y${flags?.[1] ?? ''}`);
    return ok((name) => {
      expression.lastIndex = 0;
      return expression.test(name);
    });
  } catch {
    return fail('bad-input', `"~${source}" is not a regular expression`, { hint: 'is a bracket not closed, or nothing before a * or +?' });
  }
}
