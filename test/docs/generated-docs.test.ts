import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { exitCodeMeanings } from '../../src/cli/failure-meanings.ts';
import { generatedDocs } from '../../src/cli/generated-docs.ts';
import type { Outcome } from '../../src/domain/plan.ts';
import { exitCode } from '../../src/views/exit-code.ts';
import { page, ROOT } from './markdown.ts';

const docs = generatedDocs();

describe('what `npm run generate` writes', () => {
  test.each([...docs.keys()])('docs/%s is what the program says; if not: npm run generate', (path) => {
    expect(readFileSync(join(ROOT, 'docs', path), 'utf8')).toBe(docs.get(path));
  });

  test('there is a page for every step type, and for no other', () => {
    const written = readdirSync(join(ROOT, 'docs/steps')).map((name) => `steps/${name}`);
    expect(written.sort()).toEqual([...docs.keys()].filter((path) => path.startsWith('steps/')).sort());
  });
});

describe('exit codes', () => {
  const outcomes: readonly Outcome[] = [
    ...(['healthy', 'other-cause', 'would-fix', 'fixed', 'rolled-back', 'failed'] as const),
    ...(['conflict', 'stale', 'unreachable', 'unknown', 'skipped'] as const),
  ];
  const kinds = ['diagnose', 'plan', 'apply', 'rollback'] as const;

  test('every code that a run can end with is documented', () => {
    const codes = kinds.flatMap((kind) =>
      outcomes.flatMap((outcome) =>
        [
          [false, false],
          [true, false],
          [false, true],
        ].map(([declined = false, interrupted = false]) =>
          exitCode(kind, { outcomes: { a: outcome }, declined, interrupted }, { detailed: true }),
        ),
      ),
    );
    const known = new Set(exitCodeMeanings.map(({ code }) => code));
    expect([...new Set(codes)].filter((code) => !known.has(code))).toEqual([]);
  });

  test('the table of the README is that of the reference', () => {
    const rows = exitCodeMeanings.map(({ code, means }) => `| ${code} | ${means} |`).join('\n');
    expect(page('README.md').text).toContain(rows);
  });
});
