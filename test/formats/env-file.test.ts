import { describe, expect, it } from 'vitest';
import { parseEnvFile, versionDependentLine, winningAssignment } from '../../src/formats/env-file.ts';
import { lineIndex } from '../../src/formats/traced-text.ts';

// How values are read is decided against real systemd: see test/systemd/argv-units.ts, which effective-argv.test.ts runs too.

describe('an environment file', () => {
  it('keeps for each character of a value the bytes that it stands for', () => {
    const text = 'A="x\\"y\\\nz" w\\ v\n';
    const value = winningAssignment(parseEnvFile(text), 'A')?.value;
    const pieces = [...(value?.text ?? '')].map((_, index) => text.slice(value?.from[index], value?.to[index]));
    expect([value?.text, pieces]).toEqual(['x"yzw v', ['x', '\\"', 'y', 'z', 'w', '\\ ', 'v']]);
  });

  it('keeps names that systemd then ignores', () => {
    expect(parseEnvFile('export A=1\n').assignments.map(({ name }) => name)).toEqual(['export A']);
  });

  it.each([
    ['a NUL byte', 'A=1\n\0', 'it holds a NUL byte'],
    ['bytes that are not UTF-8', 'A=1\nB=\xff\n', 'it is not UTF-8'],
    ['a code point that is no character', 'A=\xef\xbf\xbf\n', 'it is not UTF-8'],
  ])('is refused whole for %s', (_what, text, refused) => {
    expect(parseEnvFile(text)).toEqual({ text, assignments: [], refused });
  });

  it('is read without comments that go on by systemd v254 and newer', () => {
    const text = '# c \\\nA=1\n';
    const names = (commentsContinue: boolean): readonly string[] =>
      parseEnvFile(text, { commentsContinue }).assignments.map(({ name }) => name);
    expect([names(true), names(false)]).toEqual([[], ['A']]);
  });

  it.each([
    ['# c \\\nA=1\n', 1],
    ['\nB=2\n; c \\\nA=1\n', 3],
    ['# c \\\n# d\nA=1\n', undefined],
    ['# c\nA=1 \\\n 2\n', undefined],
    ['A="\n# c \\\n"\n', undefined],
  ])('%j depends on the version of systemd at line %s', (text, line) => {
    expect(versionDependentLine(text)).toBe(line);
  });
});

describe('a line number', () => {
  it.each([
    ['a\nb', 2, 2],
    ['a\r\nb', 2, 1],
    ['a\r\nb', 3, 2],
    ['a\rb', 2, 2],
    ['a\n\nb', 3, 3],
    ['abc', 0, 1],
  ])('of %j at %d is %d', (text, offset, line) => {
    expect(lineIndex(text)(offset)).toBe(line);
  });
});
