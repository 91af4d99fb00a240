import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const FILE = new URL('../../docs/demo.cast', import.meta.url);

test('the recording is an asciicast of a run that ended well, and shows no place of the machine that made it', () => {
  const text = readFileSync(FILE, 'utf8');
  const [header, ...lines] = text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(header).toMatchObject({ version: 2, width: 100, height: 32 });
  const times = lines.map(([seconds]: [number]) => seconds);
  expect(times).toEqual(times.toSorted((a: number, b: number) => a - b));
  expect(lines.every(([, code, data]: [number, string, string]) => code === 'o' && typeof data === 'string')).toBe(true);
  expect(text).toContain('2 fixed');
  expect(text).not.toMatch(/\/(?:root|home|work)\//);
});
