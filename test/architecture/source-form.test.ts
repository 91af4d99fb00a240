import { expect, test } from 'vitest';
import { layerOf, sourceFiles } from './source-files.ts';

const files = sourceFiles('src');
const tests = sourceFiles('test');

/** Whether a line declares something that other files may import, under its own name. */
const EXPORT = /^export (?:abstract )?(?:async )?(?:const|function\*?|class|interface|type) (?:\* )?([A-Za-z_$][\w$]*)/;

test('no file is longer than 300 lines', () => {
  const long = [...files, ...tests].filter(({ lines }) => lines.length > 300);
  expect(long.map(({ path, lines }) => `${path}: ${lines.length} lines`)).toEqual([]);
});

test('only ui and cli write to the console', () => {
  const wrong = files.flatMap(({ path, lines }) =>
    lines.flatMap((line, index) =>
      /\bconsole\./.test(line) && !['ui', 'cli'].includes(layerOf(path) ?? '') ? [`${path}:${index + 1}`] : [],
    ),
  );
  expect(wrong).toEqual([]);
});

test('every exported name has a docstring', () => {
  const bare = files.flatMap(({ path, lines }) =>
    lines.flatMap((line, index) => {
      const name = EXPORT.exec(line)?.[1];
      return name === undefined || lines[index - 1]?.trimEnd().endsWith('*/') ? [] : [`${path}:${index + 1} ${name}`];
    }),
  );
  expect(bare).toEqual([]);
});

test('there are no default exports, enums, or files of leftovers', () => {
  const wrong = files.filter(({ text }) => /^export default |^(export )?(const )?enum /m.test(text));
  const leftovers = files.filter(({ path }) => /(^|\/)(utils?|helpers?|misc|common|shared)(\/|\.ts$)/.test(path));
  expect([...wrong, ...leftovers].map(({ path }) => path)).toEqual([]);
});

test('files are named in kebab-case; step types after their type', () => {
  expect(files.map(({ path }) => path).filter((path) => !/^src\/[a-z]+\/([a-z0-9-]+\/)*[a-z0-9]+([.-][a-z0-9]+)*\.ts$/.test(path))).toEqual(
    [],
  );
});

test('tests say what is so, without "should"', () => {
  const wrong = tests.flatMap(({ path, lines }) =>
    lines.flatMap((line, index) => (/\b(test|it|describe)(\.\w+)*\(['"`][^'"`]*\bshould\b/.test(line) ? [`${path}:${index + 1}`] : [])),
  );
  expect(wrong).toEqual([]);
});
