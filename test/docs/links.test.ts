import { existsSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { expect, test } from 'vitest';
import { anchors, pages, prose, ROOT } from './markdown.ts';

const all = pages();

/** Links to files: target and, where there is one, the heading in it. */
function linksOf(text: string): readonly { readonly target: string; readonly anchor: string }[] {
  const targets = [...text.matchAll(/\]\(([^()\s]+)\)/g)].map((match) => match[1] ?? '');
  return targets
    .filter((target) => !/^[a-z]+:/.test(target))
    .map((target) => ({ target: target.replace(/#.*$/, ''), anchor: /#(.*)$/.exec(target)?.[1] ?? '' }));
}

test('there are pages to check, and links on them', () => {
  expect(all.map(({ path }) => path)).toContain('README.md');
  expect(all.flatMap((page) => linksOf(prose(page))).length).toBeGreaterThan(40);
});

test.each(all)('every relative link of $path leads to a file, and to a heading that is there', (page) => {
  const wrong = linksOf(prose(page)).filter(({ target, anchor }) => {
    const path = target === '' ? join(ROOT, page.path) : join(ROOT, dirname(page.path), target);
    if (!existsSync(path)) return true;
    const other = all.find((one) => one.path === relative(ROOT, path));
    return anchor !== '' && !(other && anchors(other).has(anchor));
  });
  expect(wrong).toEqual([]);
});

test('every page is reached from the README', () => {
  const reached = new Set(['README.md']);
  for (const path of reached) {
    const page = all.find((one) => one.path === path);
    for (const { target } of page ? linksOf(prose(page)) : []) reached.add(relative(ROOT, join(ROOT, dirname(path), target)));
  }
  // A link to a directory stands for all that is in it.
  expect(all.map(({ path }) => path).filter((path) => !reached.has(path) && !reached.has(dirname(path)))).toEqual([]);
});
