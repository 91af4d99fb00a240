import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ROOT } from './markdown.ts';

const DIRECTORY = join(ROOT, 'test/faults');
const readme = readFileSync(join(DIRECTORY, 'README.md'), 'utf8');
const files = readdirSync(DIRECTORY).filter((name) => name.endsWith('.test.ts'));

/** `NUMBER FILE`, for each row of the table. */
const rows = [...readme.matchAll(/^\| (\d+) \| \[(\S+)\]\((\S+)\) \| (.+) \|$/gm)].map(([, number, name, target]) => ({
  number,
  name,
  target,
}));
/** The same, for each test that is named by a fault. */
const named = files.flatMap((file) => {
  const text = readFileSync(join(DIRECTORY, file), 'utf8');
  return [...new Set([...text.matchAll(/\bfault (\d+): /g)].map(([, number]) => `${number} ${file}`))];
});
const missing = [...(/^Not here yet: ([\d, ]+)\./m.exec(readme)?.[1] ?? '').matchAll(/\d+/g)].map(String);

test('the table of faults has a row for each fault that a file tests, and no other', () => {
  expect(rows.map(({ number, name }) => `${number} ${name}`).sort()).toEqual([...named].sort());
  expect(rows.filter(({ name, target }) => name !== target)).toEqual([]);
  expect(rows.map(({ number }) => Number(number))).toEqual(rows.map(({ number }) => Number(number)).sort((a, b) => a - b));
});

test('a fault that is tested is not among those that are missing', () => {
  expect(missing.filter((number) => rows.some((row) => row.number === number))).toEqual([]);
});

test('a file of faults is named by its numbers, and every test in it by one of them', () => {
  const wrong = files.filter((file) => {
    const numbers = named.filter((one) => one.endsWith(` ${file}`)).map((one) => Number(one.split(' ')[0]));
    const prefix = [...new Set([Math.min(...numbers), Math.max(...numbers)])].join('-');
    return !file.startsWith(`${prefix}-`);
  });
  expect(wrong).toEqual([]);
  const nameless = files.flatMap((file) => {
    const text = readFileSync(join(DIRECTORY, file), 'utf8');
    const titles = [
      ...text.matchAll(/\bit(?:\.\w+\(.*?\))*\(\s*['"`](?!fault \d)/g),
      ...text.matchAll(/^ {2}\]\)\(\s*['"`](?!fault \d)/gm),
    ];
    return titles.map(({ index }) => `${file}:${text.slice(0, index).split('\n').length}`);
  });
  expect(nameless).toEqual([]);
});
