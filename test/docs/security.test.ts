import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { page, ROOT } from './markdown.ts';

const { text } = page('SECURITY.md');

/** A promise, and the tests that are said to prove it. */
interface Promised {
  readonly id: string;
  readonly proofs: readonly { readonly file: string; readonly name: string }[];
}

/** Rows that begin with a letter and a number; each proof is a link to a test file, and after it a test's name or a part of it. */
const promises: readonly Promised[] = [...text.matchAll(/^\| ([A-Z]\d+) \|.*$/gm)].map(([row, id = '']) => ({
  id,
  proofs: [...row.matchAll(/\]\((test\/[^()\s]+)\): `([^`]+)`/g)].map(([, file = '', name = '']) => ({ file, name })),
}));
const links = [...text.matchAll(/\]\((test\/[^()\s]+)\)/g)].map(([, file = '']) => file);

test('there are promises to check', () => {
  expect(promises.length).toBeGreaterThan(50);
  expect(promises.map(({ id }) => id)).toEqual([...new Set(promises.map(({ id }) => id))]);
});

test('every link to a test file leads to one, and has a name after it', () => {
  expect(links.filter((file) => !/\.(test|nightly)\.ts$/.test(file) || !existsSync(join(ROOT, file)))).toEqual([]);
  expect(promises.flatMap(({ proofs }) => proofs)).toHaveLength(links.length);
});

describe.each(promises)('promise $id', ({ proofs }) => {
  test('names a test that there is', () => {
    expect(proofs.length).toBeGreaterThan(0);
    expect(proofs.filter(({ file, name }) => !titlesIn(file).includes(name))).toEqual([]);
  });
});

/** The lines of a test file on which a title may stand: those of `test`, `it` or `describe`, the end of a table, or a text alone. */
function titlesIn(file: string): string {
  const path = join(ROOT, file);
  const lines = existsSync(path) ? readFileSync(path, 'utf8').split('\n') : [];
  return lines.filter((line) => /^\s*((test|it|describe|for)\b.*['"`]|\].*\(['"`]|['"`])/.test(line)).join('\n');
}
