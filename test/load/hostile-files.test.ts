import { describe, expect, it } from 'vitest';
import { loadText, printed } from './load-sample.ts';

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
  it.each(REFUSED)('refuses %s, and says where', (_title, text) => {
    const loaded = loadText(text);
    expect(loaded.ok).toBe(false);
    const [first] = loaded.ok ? [] : loaded.diagnostics;
    expect(['too-large', 'yaml-feature', 'yaml-syntax']).toContain(first?.code);
    expect(first?.place.line).toBeGreaterThanOrEqual(1);
  });

  it('takes 2,000 keys', () => {
    expect(printed(loadText(many(2_000, (index) => `k${index}: 1`)))).not.toContain('too-large');
  });

  it('takes 32 levels and no more', () => {
    const nested = (levels: number) => `docs: ${'['.repeat(levels)}${']'.repeat(levels)}`;
    expect(printed(loadText(nested(31)))).not.toContain('too-large');
    expect(printed(loadText(nested(32)))).toContain('too-large');
  });

  it('shows a file with too much of everything in few words', () => {
    expect(printed(loadText(many(1_900, (index) => `k${index}: 1`))).length).toBeLessThan(100_000);
  });

  it('leaves all prototypes as they are', () => {
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

  it.each(['constructor', 'prototype'])('refuses the step id %s', (id) => {
    expect(printed(loadText(`diagnose: [{ id: ${id}, uses: look.quiet }]`))).toContain(`${id} cannot be the id of a step`);
  });
});
