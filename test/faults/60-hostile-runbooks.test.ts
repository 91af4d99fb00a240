import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runbook } from '../lab/command-line.ts';
import { loadText, printed } from '../load/load-sample.ts';
import { memoryHook } from './memory.ts';

const many = (count: number, line: (index: number) => string) => Array.from({ length: count }, (_, index) => line(index)).join('\n');

const REFUSED: readonly (readonly [string, string])[] = [
  ['brackets without end', '['.repeat(100_000)],
  ['braces without end', '{a: '.repeat(100_000)],
  ['lists in lists in one line', `${'- '.repeat(100_000)}x`],
  ['keys in keys', many(1_000, (index) => `${' '.repeat(index)}a:`)],
  ['question marks', '? '.repeat(100_000)],
  ['a hundred thousand keys', many(100_000, (index) => `k${index}: 1`)],
  ['2,001 keys', many(2_001, (index) => `k${index}: 1`)],
  ['a list of 200,000', many(200_000, () => '- 1')],
  ['a scalar of a megabyte', `docs: ${'x'.repeat(1_000_000)}`],
  ['a scalar of 65,537 characters', `docs: "${'x'.repeat(65_537)}"`],
  ['a scalar of many lines', `docs: |\n${'  x\n'.repeat(200_000)}`],
  ['a quote that never ends', `docs: "${'x\n'.repeat(500_000)}`],
  ['a file of more than a mebibyte', '#'.repeat(1_048_577)],
  ['half a million comments', '#\n'.repeat(500_000)],
  ['250,000 documents', '---\n'.repeat(250_000)],
  ['aliases of aliases', many(30, (index) => `a${index}: &a${index} [*a${index - 1}, *a${index - 1}]`)],
  ['braces that close nothing', '}'.repeat(1_000_000)],
];

describe('files that are made to exhaust or to mislead', () => {
  it.each(REFUSED)('fault 60: refuses %s, and says where', (_title, text) => {
    const loaded = loadText(text);
    expect(loaded.ok).toBe(false);
    const [first] = loaded.ok ? [] : loaded.diagnostics;
    expect(['too-large', 'yaml-feature', 'yaml-syntax']).toContain(first?.code);
    expect(first?.place.line).toBeGreaterThanOrEqual(1);
  });

  it('fault 60: takes 2,000 keys', () => {
    expect(printed(loadText(many(2_000, (index) => `k${index}: 1`)))).not.toContain('too-large');
  });

  it('fault 60: takes 32 levels and no more', () => {
    const nested = (levels: number) => `docs: ${'['.repeat(levels)}${']'.repeat(levels)}`;
    expect(printed(loadText(nested(31)))).not.toContain('too-large');
    expect(printed(loadText(nested(32)))).toContain('too-large');
  });

  it('fault 60: shows a file with too much of everything in few words', () => {
    expect(printed(loadText(many(1_900, (index) => `k${index}: 1`))).length).toBeLessThan(100_000);
  });

  it('fault 60: leaves all prototypes as they are', () => {
    const before = Object.getOwnPropertyNames(Object.prototype).sort();
    for (const key of ['__proto__', 'constructor', 'prototype']) {
      loadText(
        `inputs: { ${key}: { type: string } }\ndiagnose: [{ uses: look.unit, with: { unit: ab, anything: { ${key}: { polluted: 1 } } } }]`,
      );
      loadText(`"${key}": { polluted: 1 }\ndiagnose: [{ id: ${key}, uses: look.quiet }]`);
    }
    expect(Object.getOwnPropertyNames(Object.prototype).sort()).toEqual(before);
    expect('polluted' in {}).toBe(false);
  });

  it.each(['constructor', 'prototype'])('fault 60: refuses the step id %s', (id) => {
    expect(printed(loadText(`diagnose: [{ id: ${id}, uses: look.quiet }]`))).toContain(`${id} cannot be the id of a step`);
  });
});

const HEAD = 'apiVersion: runbook/v1\nname: hostile\nsummary: s\n';
const MIB = 1024 * 1024;

/** Files that the command line is shown, and the place that it must name. */
const SHOWN: readonly (readonly [string, string, RegExp])[] = [
  ['an alias bomb', `${HEAD}docs: &a0 x\n${many(40, (n) => `a${n + 1}: &a${n + 1} [${`*a${n}, `.repeat(9)}*a${n}]`)}`, /hostile\.yaml:4:7/],
  ['100,000 brackets', `${HEAD}docs: ${'['.repeat(100_000)}`, /hostile\.yaml:4:\d+/],
  ['100,000 braces', `${HEAD}docs: ${'{a: '.repeat(100_000)}`, /hostile\.yaml:4:\d+/],
  ['100,000 keys', HEAD + many(100_000, (n) => `k${n}: 1`), /hostile\.yaml:\d+:\d+/],
  ['the key __proto__', `${HEAD}__proto__: { polluted: 1 }\ndiagnose: []`, /hostile\.yaml:4:1/],
  [
    'the key __proto__, quoted, below an input',
    `${HEAD}inputs: { x: { type: object, default: { "__proto__": { polluted: 1 } } } }`,
    /hostile\.yaml:4:41/,
  ],
  ['the key constructor', `${HEAD}constructor: { prototype: { polluted: 1 } }`, /hostile\.yaml:4:1/],
  ['an anchor', `${HEAD}diagnose: &a []`, /hostile\.yaml:4:11/],
  ['an alias to nothing', `${HEAD}diagnose: *a`, /hostile\.yaml:4:11/],
  ['a merge key', `${HEAD}rollout: { <<: { bake: 1s } }`, /hostile\.yaml:4:12/],
  ['a tag', `${HEAD}diagnose: !!js/function "return 1"`, /hostile\.yaml:4:11/],
  ['a binary tag', `${HEAD}docs: !!binary aGVsbG8=`, /hostile\.yaml:4:7/],
  ['a tab for an indent', `${HEAD}diagnose:\n\t- { uses: file.read }`, /hostile\.yaml:5:1/],
  ['a scalar of a MiB', `${HEAD}docs: "${'x'.repeat(MIB - 100)}"`, /hostile\.yaml:4:7/],
  ['more than a MiB', `${HEAD}docs: "${'x'.repeat(MIB)}"`, /hostile\.yaml:1:1/],
  ['NUL bytes', `${HEAD}docs: a\0b`, /hostile\.yaml:4:8/],
  ['UTF-16', Buffer.from(`\ufeff${HEAD}`, 'utf16le').toString('latin1'), /hostile\.yaml:1:\d+/],
  ['nothing but a quote', '"', /hostile\.yaml:1:\d+/],
];

describe('a hostile file that the command line is shown', () => {
  let work: string;

  beforeAll(() => {
    work = mkdtempSync(join(tmpdir(), 'runbook-hostile-'));
  });
  afterAll(() => rmSync(work, { recursive: true, force: true }));

  for (const [what, text, place] of SHOWN) {
    it(`fault 60: ${what} is refused with line and column, exit code 1, and little memory`, async () => {
      writeFileSync(join(work, 'hostile.yaml'), text, text.includes('\0\0') ? 'latin1' : 'utf8');
      const hook = memoryHook(work);
      const { code, out, err } = await runbook(['validate', 'hostile.yaml'], { cwd: work, env: hook.env });
      expect(err).toMatch(place);
      expect(err).not.toMatch(/bug in runbook|\n {4}at /);
      expect({ code, out }).toEqual({ code: 1, out: '' });
      expect(err.length).toBeLessThan(100_000);
      expect(hook.mostMib()).toBeLessThan(200);
    });
  }
});
