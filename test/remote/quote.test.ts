import { execFileSync } from 'node:child_process';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { commandLine, quote } from '../../src/remote/quote.ts';
import { shells } from './local-fleet.ts';

const ARGUMENTS = 20_000;
const A_CALL = 500;

/** Byte text, with what means something to a shell more often than chance would bring it. */
const byteText = fc.oneof(
  fc.string({ unit: fc.integer({ min: 1, max: 255 }).map((code) => String.fromCharCode(code)), maxLength: 24 }),
  fc.string({ unit: fc.constantFrom(...`'"\\$\`!*?[]{}()<>|&;#~=- \t\n\r\x1b\x7f\xe9a`), maxLength: 16 }),
);

describe.each(shells)('with $name', ({ shell }) => {
  test(`${ARGUMENTS} arguments reach a program byte for byte`, () => {
    const words = fc.sample(byteText, { numRuns: ARGUMENTS, seed: 20_000 });
    const calls = Array.from({ length: ARGUMENTS / A_CALL }, (_, i) => words.slice(i * A_CALL, (i + 1) * A_CALL));
    const script = calls.map((some) => `printf '%s\\0' ${commandLine(some)}`).join('\n');
    const printed = execFileSync(shell, ['-s'], { input: Buffer.from(script, 'latin1'), env: { LC_ALL: 'C' }, maxBuffer: 1 << 24 });
    expect(printed.toString('latin1').split('\0').slice(0, -1)).toEqual(words);
  });
});

test('what no argument can hold is refused', () => {
  expect(() => quote('a\0b')).toThrow('NUL');
  expect(() => quote('\ud800')).toThrow('Unicode');
});
