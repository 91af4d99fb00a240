import { describe, expect, test } from 'vitest';
import { loadBody, printed } from './load-sample.ts';

/** Where one expression is wanted, what stands beside it would be lost without a word. */
const BESIDE = ['${{ true }} && false', '${{ true }} garbage', '!${{ true }}', '${{ true }}${{ false }}', '${{ true }} ${{ false }}'];
const WHOLE = ['${{ true }}', ' ${{ true }} ', 'true', '${{ true && (false || true) }}'];

const affected = (text: string) => `affected: '${text}'\nremediate: []\n`;
const step = (word: string, text: string) =>
  `diagnose:\n  - { id: a, uses: command.probe, with: { argv: [id], read_only: true }, ${word}: '${text}' }\n`;

describe.each([
  ['affected', affected],
  ['if', (text: string) => step('if', text)],
])('%s', (word, body) => {
  test.each(BESIDE)('is refused as %s', (text) => {
    expect(printed(loadBody(body(text)))).toContain(`${word} must be one expression, but is an expression with more beside it`);
  });

  test.each(WHOLE)('is taken as %s', (text) => {
    expect(printed(loadBody(body(text)))).not.toContain('must be one expression');
  });
});

test.each(['${{ ["a"] }} + ["b"]', '${{ ["a"] }}${{ ["b"] }}'])('for_each is refused as %s', (text) => {
  expect(printed(loadBody(step('for_each', text)))).toContain('for_each must be one expression');
});
