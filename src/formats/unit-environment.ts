import { isVariableName } from './env-file.ts';
import { ENVIRONMENT_RULES, extractWord, NAME_RULES, type Word } from './extract-word.ts';
import { type TracedText, tracedSlice } from './traced-text.ts';
import type { UnitEntry } from './unit-file.ts';
import { resolveSpecifiers, type SpecifierContext } from './unit-specifier.ts';
import { isSystemdUtf8 } from './utf8-check.ts';

/** One assignment of an `Environment=` line. */
export interface EnvironmentWord extends Word {
  readonly name: string;
  readonly value: TracedText;
  /** Some specifier of it could not be resolved. */
  readonly uncertain: boolean;
}

/** What an `EnvironmentFile=` line names. */
export interface EnvironmentFileName {
  readonly path: string;
  /** Prefix `-`: it may be absent, or unreadable. */
  readonly optional: boolean;
  /** It has `*`, `?` or `[`, and names every file that matches (`man 7 glob`). */
  readonly isPattern: boolean;
}

/** The assignments of an `Environment=` line; a word that is none is left out, and a bad quote ends the line. */
export function parseEnvironment(entry: UnitEntry, context: SpecifierContext): readonly EnvironmentWord[] {
  const found: EnvironmentWord[] = [];
  for (let position = 0; ; ) {
    const word = extractWord(entry.value, position, ENVIRONMENT_RULES);
    if (word.kind !== 'word') return found;
    position = word.next;
    const { text, unknown } = resolveSpecifiers(word.word, context);
    const equals = text.text.indexOf('=');
    if (equals === -1 || !isVariableName(text.text.slice(0, equals)) || !isSystemdUtf8(text.text.slice(equals + 1))) continue;
    found.push({ ...word, name: text.text.slice(0, equals), value: tracedSlice(text, equals + 1), uncertain: unknown.length > 0 });
  }
}

/** The names of a `PassEnvironment=` line, or the names and assignments of an `UnsetEnvironment=` line. */
export function parseNames(entry: UnitEntry, context: SpecifierContext): readonly string[] {
  const names: string[] = [];
  const rules = entry.key === 'UnsetEnvironment' ? ENVIRONMENT_RULES : NAME_RULES;
  for (let position = 0; ; ) {
    const word = extractWord(entry.value, position, rules);
    if (word.kind !== 'word') return names;
    position = word.next;
    const name = resolveSpecifiers(word.word, context).text.text;
    const isAssignment = entry.key === 'UnsetEnvironment' && name.includes('=');
    if (isVariableName(isAssignment ? name.slice(0, name.indexOf('=')) : name)) names.push(name);
  }
}

/** The file that an `EnvironmentFile=` line names; undefined when its path is not absolute, which systemd ignores. */
export function parseEnvironmentFile(entry: UnitEntry, context: SpecifierContext): EnvironmentFileName | undefined {
  const value = resolveSpecifiers(entry.value, context).text.text;
  const optional = value.startsWith('-');
  const path = simplified(optional ? value.slice(1) : value);
  return path.startsWith('/') ? { path, optional, isPattern: /[*?[]/.test(path) } : undefined;
}

/** A path without doubled slashes, `.` parts and a slash at its end. */
function simplified(path: string): string {
  if (!path.startsWith('/')) return path;
  return `/${path
    .split('/')
    .filter((part) => part !== '' && part !== '.')
    .join('/')}`;
}
