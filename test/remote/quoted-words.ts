import { execFileSync } from 'node:child_process';
import * as fc from 'fast-check';
import { commandLine } from '../../src/remote/quote.ts';

const A_CALL = 500;

/** Byte text, with what means something to a shell more often than chance would bring it. */
const byteText = fc.oneof(
  fc.string({ unit: fc.integer({ min: 1, max: 255 }).map((code) => String.fromCharCode(code)), maxLength: 24 }),
  fc.string({ unit: fc.constantFrom(...`'"\\$\`!*?[]{}()<>|&;#~=- \t\n\r\x1b\x7f\xe9a`), maxLength: 16 }),
);

/** So many random byte strings; the same for the same seed. */
export function randomWords(count: number, seed: number): readonly string[] {
  return fc.sample(byteText, { numRuns: count, seed });
}

/** The words that a shell does not hand to a program byte for byte when they are quoted. */
export function mismatches(shell: string, words: readonly string[]): readonly string[] {
  const calls = Array.from({ length: Math.ceil(words.length / A_CALL) }, (_, i) => words.slice(i * A_CALL, (i + 1) * A_CALL));
  const script = calls.map((some) => `printf '%s\\0' ${commandLine(some)}`).join('\n');
  const printed = execFileSync(shell, ['-s'], { input: Buffer.from(script, 'latin1'), env: { LC_ALL: 'C' }, maxBuffer: 1 << 26 });
  const got = printed.toString('latin1').split('\0').slice(0, -1);
  if (got.length !== words.length) return [`${got.length} words came of ${words.length}`];
  return words.filter((word, index) => got[index] !== word);
}
