import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The project's root directory. */
export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** A Markdown file of ours. */
export interface Page {
  /** From the project's root. */
  readonly path: string;
  readonly text: string;
}

/** A fenced block of a page. */
export interface Block {
  /** What stands behind the fence, such as `sh`. */
  readonly language: string;
  readonly text: string;
  /** 1-based line of its fence. */
  readonly line: number;
}

/** Every Markdown file of the project, those of dependencies excepted. */
export function pages(): readonly Page[] {
  const below = readdirSync(join(ROOT, 'docs'), { recursive: true, encoding: 'utf8' }).map((name) => join('docs', name));
  const paths = [...readdirSync(ROOT), ...below].filter((path) => path.endsWith('.md')).sort();
  return paths.map((path) => ({ path, text: readFileSync(join(ROOT, path), 'utf8') }));
}

/** One page by its path. */
export function page(path: string): Page {
  return { path, text: readFileSync(join(ROOT, path), 'utf8') };
}

/** The fenced blocks of a page. */
export function blocks({ text }: Page): readonly Block[] {
  return [...text.matchAll(/^```(\w*)\n(.*?)^```$/gms)].map((match) => ({
    language: match[1] ?? '',
    text: match[2] ?? '',
    line: text.slice(0, match.index).split('\n').length,
  }));
}

/** A page's text without its fenced blocks and code spans: where links are links. */
export function prose({ text }: Page): string {
  return text.replace(/^```\w*\n.*?^```$/gms, '').replace(/`[^`\n]*`/g, '');
}

/** The anchors of a page's headings, as GitHub makes them. */
export function anchors(one: Page): ReadonlySet<string> {
  const headings = [...one.text.replace(/^```\w*\n.*?^```$/gms, '').matchAll(/^#+ (.*)$/gm)].map((match) => match[1] ?? '');
  return new Set(
    headings.map((heading) =>
      heading
        .toLowerCase()
        .replace(/[^\p{L}\p{N} _-]/gu, '')
        .replaceAll(' ', '-'),
    ),
  );
}
