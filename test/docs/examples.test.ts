import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Diagnostic } from '../../src/domain/runbook.ts';
import { loadRunbook } from '../../src/load/load-runbook.ts';
import { stepTypes } from '../../src/steps/index.ts';
import { blocks, page, pages, ROOT } from './markdown.ts';

const HEAD = 'apiVersion: runbook/v1\nname: example\nsummary: An example\n';

function errorsIn(text: string): readonly Diagnostic[] {
  const loaded = loadRunbook({ path: 'example.yaml', text }, stepTypes);
  return loaded.ok ? [] : loaded.diagnostics.filter(({ severity }) => severity === 'error');
}

describe.each(pages().filter(({ path }) => path.startsWith('docs/steps/') && !path.endsWith('README.md')))('$path', (one) => {
  const steps = blocks(one).filter(({ text }) => /^(diagnose|remediate|verify):/.test(text));

  test('has steps that a runbook may hold', () => {
    expect(steps.length).toBeGreaterThan(0);
    expect(steps.flatMap(({ text }) => errorsIn(HEAD + text))).toEqual([]);
  });
});

test('the phases, inputs and rollouts on the page of the format are valid', () => {
  const parts = blocks(page('docs/runbook-format.md')).filter(({ text }) => /^(inputs|diagnose|rollout):/.test(text));
  expect(parts.length).toBe(3);
  expect(
    parts.flatMap(({ text }) =>
      errorsIn(text.startsWith('diagnose') ? HEAD + text : `${HEAD}diagnose: [{ uses: containers.running }]\n${text}`),
    ),
  ).toEqual([]);
});

test('every word of the language is on the page of the format', () => {
  const schema = JSON.parse(readFileSync(join(ROOT, 'docs/schema/runbook.v1.json'), 'utf8')) as Schema;
  const { properties, $defs } = schema;
  const inputs = Object.keys(properties['inputs']?.additionalProperties?.properties ?? {});
  const rollout = Object.keys(properties['rollout']?.properties ?? {});
  const words = [...Object.keys(properties), ...inputs, ...rollout, ...Object.keys($defs['changingStep']?.properties ?? {})];
  const { text } = page('docs/runbook-format.md');
  expect(words.length).toBeGreaterThan(30);
  expect(words.filter((word) => !text.includes(`| \`${word}\` |`))).toEqual([]);
});

interface Schema {
  readonly properties: Readonly<
    Record<string, { readonly properties?: object; readonly additionalProperties?: { readonly properties?: object } }>
  >;
  readonly $defs: Readonly<Record<string, { readonly properties?: object }>>;
}

test('the code that the page on step types walks through stands in the source as it is shown', () => {
  const source = readFileSync(join(ROOT, 'src/steps/systemd.restart.ts'), 'utf8');
  const shown = blocks(page('docs/writing-a-step.md')).filter(({ language }) => language === 'ts');
  expect(shown.length).toBeGreaterThan(3);
  expect(shown.filter(({ text }) => !source.includes(text)).map(({ line }) => `docs/writing-a-step.md:${line}`)).toEqual([]);
});

test('every event and outcome is on the page of events, and no other', () => {
  const { text } = page('docs/events.md');
  const source = (path: string) => readFileSync(join(ROOT, path), 'utf8');
  const events = [...source('src/domain/event.ts').matchAll(/type: '([a-z]+\.[a-z]+)'/g)].map((match) => match[1]);
  const shown = [...text.matchAll(/^\| `([a-z]+\.[a-z]+)` \|/gm)].map((match) => match[1]);
  expect(shown.sort()).toEqual([...new Set(events)].sort());
  const union = /export type Outcome =([^;]+);/.exec(source('src/domain/plan.ts'))?.[1] ?? '';
  const outcomes = [...union.matchAll(/'([a-z-]+)'/g)].map((match) => match[1]);
  const table = text.slice(text.indexOf('## Outcomes'), text.indexOf('## The plan'));
  expect([...table.matchAll(/^\| `([a-z-]+)` \|/gm)].map((match) => match[1]).sort()).toEqual(outcomes.sort());
});

test('the dictionary knows every outcome', () => {
  const union = /export type Outcome =([^;]+);/.exec(readFileSync(join(ROOT, 'src/domain/plan.ts'), 'utf8'))?.[1] ?? '';
  const outcomes = [...union.matchAll(/'([a-z-]+)'/g)].map((match) => match[1] ?? '');
  expect(outcomes.filter((outcome) => !page('docs/dictionary.md').text.includes(outcome))).toEqual([]);
});
