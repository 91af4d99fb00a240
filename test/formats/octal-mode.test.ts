import { expect, test } from 'vitest';
import { parseMode, showMode } from '../../src/formats/octal-mode.ts';

test.each([
  ['644', 0o644, '0644'],
  ['0644', 0o644, '0644'],
  ['4755', 0o4755, '4755'],
  ['04755', 0o4755, '4755'],
  ['000', 0, '0000'],
])('%s is %i', (text, mode, shown) => {
  expect(parseMode(text)).toBe(mode);
  expect(showMode(mode)).toBe(shown);
});

test.each(['', '64', '0o644', '888', 'u+x', '-644', '77777', ' 644'])('%j is none', (text) => {
  expect(parseMode(text)).toBeUndefined();
});
