import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** One TypeScript file of ours. */
export interface SourceFile {
  /** From the project's root, with `/`. */
  readonly path: string;
  readonly text: string;
  readonly lines: readonly string[];
}

/** Every TypeScript file below a folder of the project. */
export function sourceFiles(folder: string): readonly SourceFile[] {
  const names = readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));
  return names.sort().map((name) => {
    const path = join(folder, name);
    const text = readFileSync(join(ROOT, path), 'utf8');
    return { path, text, lines: text.replace(/\n$/, '').split('\n') };
  });
}

/** What a file imports or re-exports, static and dynamic: project paths for our own files, names for packages. */
export function importsOf(file: SourceFile): readonly string[] {
  const specifiers = [...file.text.matchAll(/(?:\bfrom|\bimport|\bimport\()\s*'([^'\n]+)'/g)].map((match) => match[1] ?? '');
  return specifiers.map((name) => (name.startsWith('.') ? relative(ROOT, join(ROOT, dirname(file.path), name)) : name));
}

/** The folder of `src` that a project path is in; undefined outside `src`. */
export function layerOf(path: string): string | undefined {
  return /^src\/([^/]+)\//.exec(path)?.[1];
}
