import { describe, expect, it } from 'vitest';
import { diagnosticCodes, explainCode } from '../../src/load/diagnostic-codes.ts';
import { changeCases } from './change-cases.ts';
import type { DiagnosticCase } from './diagnostic-case.ts';
import { expressionCases } from './expression-cases.ts';
import { loadBody, loadText, printed } from './load-sample.ts';
import { paramCases } from './param-cases.ts';
import { stepCases } from './step-cases.ts';
import { typeCases } from './type-cases.ts';
import { wordCases } from './word-cases.ts';
import { yamlCases } from './yaml-cases.ts';

const CASES: readonly DiagnosticCase[] = [
  ...yamlCases,
  ...wordCases,
  ...stepCases,
  ...changeCases,
  ...paramCases,
  ...expressionCases,
  ...typeCases,
];

describe('what is said about a file that is wrong', () => {
  it.each(CASES)('points at $title', (wrong) => {
    const loaded = 'text' in wrong ? loadText(wrong.text) : loadBody(wrong.body);
    expect(printed(loaded)).toBe(wrong.printed);
  });

  it('has a case for every code', () => {
    const seen = new Set(
      CASES.flatMap(({ printed: text }) => [...text.matchAll(/^(?:error|warning)\[([a-z-]+)\]/gm)].map(([, code]) => code)),
    );
    expect(Object.keys(diagnosticCodes).filter((code) => !seen.has(code))).toEqual([]);
  });

  it('explains every code, and nothing else', () => {
    for (const code of Object.keys(diagnosticCodes)) expect(explainCode(code)).toMatch(/^[A-Z`.a-z].{20,}\.$/);
    expect(explainCode('toString')).toBeUndefined();
  });

  it('reports one slip in one step without a word about the others', () => {
    const body = `
diagnose:
  - { id: unit, uses: look.unti, with: { unit: ab } }
  - { id: next, uses: look.unit, if: steps.unit.active, with: { unit: '\${{ steps.unit.unit }}' } }
affected: steps.next.active && steps.unit.restarts > 1
verify:
  - { uses: look.unit, with: { unit: ab, expect: { still: '\${{ steps.unit.argv }}' } } }
`;
    const loaded = loadBody(body);
    expect(loaded.ok ? [] : loaded.diagnostics.map(({ code }) => code)).toEqual(['unknown-step-type']);
  });

  it('says nothing of names when the place that declares them cannot be read', () => {
    const loaded = loadBody('inputs: 5\ndiagnose: 6\naffected: inputs.a && steps.b.c');
    expect(loaded.ok ? [] : loaded.diagnostics.map(({ code }) => code)).toEqual(['wrong-type', 'wrong-type']);
  });

  it('takes a runbook with nothing but what must be there', () => {
    expect(printed(loadBody('diagnose: [{ uses: look.quiet }]'))).toBe('');
  });
});
