import { existsSync, readFileSync } from 'node:fs';
import { shownKeyType } from './key-envelope.ts';
import type { KeyFiles } from './openssh-need.ts';

/** The key files of this machine. Each is looked at once. */
export function localKeyFiles(): KeyFiles {
  const there = new Map<string, boolean>();
  const types = new Map<string, string | undefined>();
  return {
    exists: (path) => kept(there, path, existsSync),
    typeOf: (path) => kept(types, path, (file) => shownKeyType(textOf(file)) ?? publicType(textOf(`${file}.pub`))),
  };
}

function kept<T>(known: Map<string, T>, path: string, look: (path: string) => T): T {
  if (!known.has(path)) known.set(path, look(path));
  return known.get(path) as T;
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    // What cannot be read is told of at the login, if it comes to that.
    return '';
  }
}

function publicType(text: string): string | undefined {
  return /^(\S+) AAAA/.exec(text)?.[1];
}
