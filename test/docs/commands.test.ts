import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { runbook } from '../lab/command-line.ts';
import { blocks, pages, ROOT } from './markdown.ts';

/** A command of the program: its options as they are typed, and the commands below it. */
interface Known {
  readonly options: ReadonlySet<string>;
  readonly commands: ReadonlyMap<string, Known>;
}

/** A command line in a document. */
interface Line {
  readonly at: string;
  readonly words: readonly string[];
}

let program: Known;

beforeAll(async () => {
  program = await knownBy([]);
}, 60_000);

/** What `--help` says that there is; asked of the program itself, so that nothing has to be listed twice. */
async function knownBy(path: readonly string[]): Promise<Known> {
  const { out } = await runbook([...path, '--help']);
  const options = [...out.matchAll(/^ {2}(-\w, )?(--[\w-]+)/gm)].flatMap((match) => [match[1]?.slice(0, 2) ?? '', match[2] ?? '']);
  const names = [...out.matchAll(/^ {2}([a-z][a-z-]*)(?= [[<]| {2})/gm)].map((match) => match[1] ?? '');
  const isGroup = /\[command\]/.test(out.split('\n')[0] ?? '');
  const commands = isGroup ? names.filter((name) => name !== 'help') : [];
  const below = await Promise.all(commands.map(async (name) => [name, await knownBy([...path, name])] as const));
  return { options: new Set(options.filter((option) => option !== '')), commands: new Map(below) };
}

/** Lines that begin with a program's name: all of a `sh` block, and what follows a `$` in a `console` or `text` block. */
function linesOf(name: string): readonly Line[] {
  return pages().flatMap((page) =>
    blocks(page).flatMap(({ language, text, line }) =>
      text
        .split('\n')
        .map((each) => (language === 'sh' ? each : /^\$ (.*)$/.exec(each)?.[1]))
        .flatMap((each, index) => (each?.startsWith(`${name} `) ? [{ at: `${page.path}:${line + index + 1}`, words: wordsOf(each) }] : [])),
    ),
  );
}

/** The words of a command line, up to a comment or a pipe; what stands in quotes is one word. */
function wordsOf(line: string): readonly string[] {
  const words = [...line.matchAll(/'[^']*'|"[^"]*"|\S+/g)].map(([word]) => word);
  const end = words.findIndex((word) => word.startsWith('#') || word === '|');
  return (end === -1 ? words : words.slice(0, end)).slice(1);
}

/** What is wrong with a line; undefined when the program knows all of it. */
function fault({ words }: Line): string | undefined {
  let known = program;
  for (const word of words) {
    if (word.startsWith('-')) {
      const option = word.replace(/=.*$/, '');
      if (!known.options.has(option)) return `no option ${option}`;
    } else if (known.commands.size > 0) {
      const below = known.commands.get(word);
      if (!below) return `no command ${word}`;
      known = below;
    }
  }
  return undefined;
}

test('every runbook command and option that a document shows is one that there is', () => {
  const lines = linesOf('runbook');
  expect(lines.length).toBeGreaterThan(15);
  const faults = lines.flatMap((line) => {
    const wrong = fault(line);
    return wrong === undefined ? [] : [`${line.at}: ${wrong}`];
  });
  expect(faults).toEqual([]);
});

test('a command or option that there is not is found out', () => {
  const at = 'here';
  expect(fault({ at, words: ['diagnoze', 'x'] })).toBe('no command diagnoze');
  expect(fault({ at, words: ['plan', 'x', '--force'] })).toBe('no option --force');
  expect(fault({ at, words: ['lab', 'destroy'] })).toBe('no command destroy');
  expect(fault({ at, words: ['plan', 'x', '-l', 'all', '--detailed-exitcode'] })).toBeUndefined();
});

test('every npm script that a document shows is one that there is', () => {
  const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { scripts: Record<string, string> };
  const names = linesOf('npm').flatMap(({ words }) => (words[0] === 'run' ? [words[1] ?? ''] : words[0] === 'test' ? ['test'] : []));
  expect(names.length).toBeGreaterThan(4);
  expect(names.filter((name) => !(name in scripts))).toEqual([]);
});
