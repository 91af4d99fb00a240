import { expect, test } from 'vitest';
import { ansibleWay } from '../../src/inventory/ansible-way.ts';
import { loadRunbook } from '../../src/load/load-runbook.ts';
import { stepTypes } from '../../src/steps/index.ts';
import { sourceFiles } from '../architecture/source-files.ts';
import { runbook } from '../lab/command-line.ts';
import { blocks, page } from './markdown.ts';

const { text } = page('docs/from-ansible.md');

/** What stands in code spans of the second column, in the tables whose columns are these. */
function secondColumn(head: string): readonly string[] {
  const tables = text.split('\n\n').filter((part) => part.startsWith(head));
  return tables.flatMap((table) =>
    table
      .split('\n')
      .slice(2)
      .flatMap((row) => [...(row.split(/(?<!\\)\|/)[2] ?? '').matchAll(/`([^`]+)`/g)].map((match) => match[1] ?? '')),
  );
}

test('every option of runbook that stands beside one of Ansible is one that there is', async () => {
  const options = secondColumn('| Ansible | runbook |').flatMap((span) =>
    [...span.matchAll(/(?<![\w-])--?[a-z][\w-]*/g)].map(([option]) => option),
  );
  const { out } = await runbook(['--help']);
  const commands = [...out.matchAll(/^ {2}([a-z][a-z-]*)(?= [[<]| {2})/gm)].map((match) => match[1] ?? '');
  const helps = await Promise.all(commands.map((command) => runbook([command, '--help'])));
  const known = new Set(helps.flatMap((help) => [...help.out.matchAll(/(?<![\w-])--?[a-zA-Z][\w-]*/g)].map(([option]) => option)));
  expect(options.length).toBeGreaterThan(10);
  expect(options.filter((option) => !known.has(option))).toEqual([]);
});

test('what stands beside a word of Ansible is a word of the language', () => {
  const words = secondColumn('| Ansible | runbook |').filter((span) => /^[a-z]+(_[a-z]+)+$/.test(span));
  const source = sourceFiles('src').map((file) => file.text);
  expect(words.length).toBeGreaterThan(5);
  expect(words.filter((word) => !source.some((one) => one.includes(word)))).toEqual([]);
});

test('the settings of an ansible.cfg that are followed, and those that are not, are those that the page names', () => {
  const lines = [...text.matchAll(/^\* `(\[[a-z_]+\])`: (.*)$/gm)].map(([, section = '', names = '']) => ({
    section,
    names: [...names.matchAll(/`([a-z_]+)`/g)].map((match) => match[1]),
  }));
  expect(lines).toHaveLength(6);
  for (const [index, { section, names }] of lines.entries()) {
    const config = [section, ...names.map((name) => `${name} = ${name === 'become_ask_pass' ? 'yes' : 'x'}`)].join('\n');
    const way = ansibleWay({ file: { path: '/ansible.cfg', text: config }, env: {} });
    const told = way.ok ? [way.value.followed, way.value.notFollowed].map((list) => list.map(({ name }) => name)) : [];
    const expected = index < 3 ? [names, section === '[ssh_connection]' ? names.map((name) => `x of ${name}`) : []] : [[], names];
    expect(told.map((list) => [...list].sort())).toEqual(expected.map((list) => [...list].sort()));
  }
});

test('the runbook that stands beside the playbook is valid', () => {
  const [one] = blocks(page('docs/from-ansible.md')).filter((block) => block.text.startsWith('apiVersion:'));
  const loaded = loadRunbook({ path: 'example.yaml', text: one?.text ?? '' }, stepTypes);
  expect(loaded.ok ? [] : loaded.diagnostics).toEqual([]);
});

test('every connection variable that is read or refused is on the page of inventories', () => {
  const files = ['connection-variables', 'unsupported-variables'].map((name) => `src/inventory/${name}.ts`);
  const read = sourceFiles('src').filter(({ path }) => files.includes(path));
  const names = read.flatMap((file) => [...file.text.matchAll(/'(ansible_[a-z0-9_]+)'/g)].map((match) => match[1] ?? ''));
  const inventory = page('docs/inventory.md').text;
  expect(names.length).toBeGreaterThan(30);
  expect(names.filter((name) => !inventory.includes(`\`${name}\``) && !inventory.includes(`\`${name}:`))).toEqual([]);
});
