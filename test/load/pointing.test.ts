import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { renderDiagnostic } from '../../src/load/render-diagnostic.ts';
import { splitTemplate } from '../../src/load/split-template.ts';
import { loadBody } from './load-sample.ts';

const STYLES = ['PLAIN', 'QUOTE_SINGLE', 'QUOTE_DOUBLE'] as const;

/** The text that the first diagnostic underlines. */
function underlined(body: string): string | undefined {
  const loaded = loadBody(body);
  if (loaded.ok) return undefined;
  const [first] = loaded.diagnostics;
  return first && `${first.code} ${first.source.slice(first.place.column - 1, first.place.column - 1 + first.length)}`;
}

describe('pointing into a scalar', () => {
  it('finds the name in every style, whatever stands before it', () => {
    const before = fc.string({ unit: fc.constantFrom('a', ' ', "'", '"', '\\', 'é', '𝄞', ':', '#', '\t', '-'), maxLength: 12 });
    const property = fc.property(before, fc.constantFrom(...STYLES), (text, style) => {
      const scalar = stringify(`x${text}\${{ inputs.nope }}`, { defaultStringType: style, lineWidth: 0 }).trimEnd();
      expect(
        underlined(
          `diagnose: [{ uses: look.unit, with: { unit: ab } }]\naffected: true\nverify:\n  - uses: look.unit\n    with:\n      anything: ${scalar}\n      unit: ab\n      expect: { active: true }`,
        ),
      ).toBe('unknown-input nope');
    });
    fc.assert(property, { seed: 20261123, numRuns: 400 });
  });

  it.each(['|', '>', '|-', '>-', '|+', '|2'])('finds the line in a block scalar: %s', (header) => {
    const body = `diagnose:\n  - uses: look.unit\n    with:\n      unit: ab\n      anything: ${header}\n        first\n\n          deeper\n        \${{ inputs.nope }} there\n`;
    const loaded = loadBody(body);
    expect(loaded.ok ? [] : loaded.diagnostics.map(({ code, place }) => [code, place.line])).toEqual([['unknown-input', 12]]);
  });

  it('finds the line in a plain scalar that goes over lines', () => {
    const body =
      'diagnose:\n  - uses: look.unit\n    with:\n      unit: ab\n      anything: first\n        second\n        ${{ inputs.nope }}\n';
    expect(underlined(body)).toBe('unknown-input nope');
  });
});

describe('splitting a text at its expressions', () => {
  it('gives back every text without marks', () => {
    const text = fc.string({ unit: 'grapheme' }).filter((one) => !one.includes('${{'));
    fc.assert(
      fc.property(text, (one) => {
        expect(splitTemplate(one)).toEqual(one === '' ? [] : [{ kind: 'text', text: one }]);
      }),
    );
  });

  it('loses no character, and never throws', () => {
    const soup = fc.string({ unit: fc.constantFrom('$', '{', '}', '"', "'", '\\', 'a', ' ', '${{', '}}', '"""'), maxLength: 40 });
    const property = fc.property(soup, (text) => {
      const pieces = splitTemplate(text);
      const back = pieces.map((piece) =>
        piece.kind === 'text'
          ? piece.text.replaceAll('${{', () => '$${{')
          : piece.kind === 'unclosed'
            ? text.slice(piece.start)
            : `\${{${piece.source}}}`,
      );
      expect(back.join('')).toBe(text);
    });
    fc.assert(property, { seed: 7, numRuns: 5_000 });
  });
});

describe('a printed diagnostic', () => {
  const at = { file: 'a.yaml', line: 3, column: 5 };
  const base = { severity: 'error', code: 'params', message: 'no', place: at, length: 3, source: 'abc: xyz' } as const;

  it('makes what acts on a terminal visible, and underlines what is shown', () => {
    const source = 'a\u001b[2Jb\u202e c';
    expect(renderDiagnostic({ ...base, message: 'a\u0007', source, place: { ...at, column: 7 }, length: 1 })).toBe(
      ['error[params]: a\\x07', '  --> a.yaml:3:7', '3 | a\\x1b[2Jb\\u{202e} c', `  | ${' '.repeat(9)}^^^^^^^^`].join('\n'),
    );
  });

  it('counts wide characters as terminals do', () => {
    expect(renderDiagnostic({ ...base, source: '日本: x', place: { ...at, column: 5 }, length: 1 })).toContain(`\n  | ${' '.repeat(6)}^`);
  });

  it('clips a long line around the place', () => {
    const source = `${'a'.repeat(5_000)}HERE${'b'.repeat(5_000)}`;
    const text = renderDiagnostic({ ...base, source, place: { ...at, column: 5_001 }, length: 4 });
    const [, , line = '', marks = ''] = text.split('\n');
    expect(line.length).toBeLessThan(130);
    expect(line.slice(marks.indexOf('^'), marks.lastIndexOf('^') + 1)).toBe('HERE');
  });
});
