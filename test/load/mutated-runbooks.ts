import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect } from 'vitest';
import type { Diagnostic } from '../../src/domain/runbook.ts';
import { loadRunbook } from '../../src/load/load-runbook.ts';
import { renderDiagnostic } from '../../src/load/render-diagnostic.ts';
import { stepTypes } from '../../src/steps/index.ts';

const SHIPPED = readFileSync(new URL('../../runbooks/kubelet-bad-flag.yaml', import.meta.url), 'utf8');
const ODDITIES = [
  '&a',
  '*a',
  '!!str',
  '<<: *a',
  '---',
  '...',
  '%YAML 1.1',
  '? ',
  ': ',
  '- ',
  '|',
  '>-',
  '#',
  "'",
  '"',
  '{',
  '}',
  '[',
  ']',
  ',',
  '\t',
  '\r\n',
  '${{',
  '}}',
  '$${{',
  '${{ 1 }}',
  '${{ steps.x.y }}',
  '${{ [1].map(x, x) }}',
  '__proto__: 1',
  'constructor',
  '.nan',
  '0x1F',
  '1e400',
  '~',
  'null',
  'true',
  '\ufeff',
  '\u0000',
  '\u202e',
  '\ud800',
  '𝄞',
  '\u2028',
  '99999999999999999999',
  'a: b: c',
  '\\',
  '"\\u12"',
];

type Mutation = (lines: string[]) => string[];

const index = fc.nat({ max: 10_000 });
const mutation: fc.Arbitrary<Mutation> = fc.oneof(
  fc.tuple(index, index, fc.nat({ max: 255 })).map(
    ([at, column, byte]): Mutation =>
      (lines) =>
        edit(lines, at, (line) => flip(line, column, byte)),
  ),
  fc.tuple(index, index).map(
    ([a, b]): Mutation =>
      (lines) =>
        swap(lines, a, b),
  ),
  fc.tuple(index).map(
    ([at]): Mutation =>
      (lines) =>
        lines.filter((_, one) => one !== at % lines.length),
  ),
  fc.tuple(index, index).map(
    ([at, to]): Mutation =>
      (lines) =>
        lines.toSpliced(to % lines.length, 0, lines[at % lines.length] ?? ''),
  ),
  fc.tuple(index, fc.integer({ min: -3, max: 5 })).map(
    ([at, by]): Mutation =>
      (lines) =>
        edit(lines, at, (line) => indent(line, by)),
  ),
  fc.tuple(index, index).map(
    ([at, column]): Mutation =>
      (lines) =>
        edit(lines, at, (line) => misspell(line, column)),
  ),
  fc.tuple(index, fc.constantFrom(...ODDITIES)).map(
    ([at, odd]): Mutation =>
      (lines) =>
        edit(lines, at, (line) => line.replace(/:\s.*$/, `: ${odd.replaceAll('$', '$$$$')}`)),
  ),
  fc.tuple(index, index, fc.constantFrom(...ODDITIES)).map(
    ([at, column, odd]): Mutation =>
      (lines) =>
        edit(lines, at, (line) => insert(line, column, odd)),
  ),
);

function edit(lines: string[], at: number, change: (line: string) => string): string[] {
  const which = at % Math.max(1, lines.length);
  return lines.map((line, one) => (one === which ? change(line) : line));
}

function flip(line: string, column: number, byte: number): string {
  const at = column % (line.length + 1);
  return line.slice(0, at) + String.fromCharCode(byte) + line.slice(at + 1);
}

function swap(lines: string[], a: number, b: number): string[] {
  const [from, to] = [a % lines.length, b % lines.length];
  return lines.with(from, lines[to] ?? '').with(to, lines[from] ?? '');
}

function indent(line: string, by: number): string {
  return by < 0 ? line.slice(Math.min(-by, line.length - line.trimStart().length)) : ' '.repeat(by) + line;
}

function misspell(line: string, column: number): string {
  const words = [...line.matchAll(/[A-Za-z_]{3,}/g)];
  const word = words[column % Math.max(1, words.length)];
  if (word?.index === undefined) return line;
  return line.slice(0, word.index + 1) + line.slice(word.index + 2);
}

function insert(line: string, column: number, text: string): string {
  const at = column % (line.length + 1);
  return line.slice(0, at) + text + line.slice(at);
}

function expectSound(diagnostic: Diagnostic, text: string): void {
  const lines = text.split('\n');
  const { line, column } = diagnostic.place;
  expect(line).toBeGreaterThanOrEqual(1);
  expect(line).toBeLessThanOrEqual(lines.length);
  expect(column).toBeGreaterThanOrEqual(1);
  expect(column).toBeLessThanOrEqual((lines[line - 1] ?? '').length + 1);
  expect(diagnostic.length).toBeGreaterThanOrEqual(1);
  expect(diagnostic.source).toBe((lines[line - 1] ?? '').replace(/\r$/, ''));
  expect(renderDiagnostic(diagnostic)).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e]/);
}

/** How many mutated runbooks loaded all the same, and how many were refused. */
export interface Mutated {
  readonly loaded: number;
  readonly refused: number;
}

/**
 * Mutates the shipped runbook so many times and loads what came of it: it loads, or has diagnostics that stand in the file.
 * Fails with the smallest mutation that makes the loader throw, or say what is not so.
 */
export function loadMutated(runs: number, seed: number): Mutated {
  const counts = { loaded: 0, refused: 0 };
  const property = fc.property(fc.array(mutation, { minLength: 1, maxLength: 4 }), (mutations) => {
    const text = mutations.reduce((lines, mutate) => (lines.length === 0 ? lines : mutate(lines)), SHIPPED.split('\n')).join('\n');
    const loaded = loadRunbook({ path: 'kubelet-bad-flag.yaml', text }, stepTypes);
    counts[loaded.ok ? 'loaded' : 'refused'] += 1;
    const diagnostics = loaded.ok ? loaded.warnings : loaded.diagnostics;
    expect(loaded.ok || diagnostics.some(({ severity }) => severity === 'error')).toBe(true);
    for (const diagnostic of diagnostics) expectSound(diagnostic, text);
    const places = diagnostics.map(({ place }) => place.line * 1e6 + place.column);
    expect(places).toEqual(places.toSorted((a, b) => a - b));
  });
  fc.assert(property, { seed, numRuns: runs, endOnFailure: true });
  return counts;
}
