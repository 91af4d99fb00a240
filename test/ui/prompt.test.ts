import { PassThrough } from 'node:stream';
import { describe, expect, test, vi } from 'vitest';
import { type Prompt, prompted, type Terminal } from '../../src/ui/prompt.ts';
import { testPage } from './fake-output.ts';

function terminal(isTTY = true) {
  const input = Object.assign(new PassThrough(), { isTTY, setRawMode: () => input });
  const output = Object.assign(new PassThrough(), { isTTY, columns: 80 });
  let seen = '';
  output.on('data', (chunk) => {
    seen += String(chunk);
  });
  return { terminal: { input, output } as unknown as Terminal, input, seen: () => seen };
}

const ASKED: readonly [string, Prompt][] = [
  ['a line', { type: 'input', message: 'Which?' }],
  ['a secret', { type: 'password', message: 'Which?', mask: false }],
  ['yes or no', { type: 'confirm', message: 'Which?', default: false }],
  ['one of several', { type: 'select', message: 'Which?', default: 'a', choices: [{ name: 'A', value: 'a' }] }],
];

describe.each(ASKED)('whoever is asked for %s', (_what, question) => {
  test('is nobody when the terminal goes away', async () => {
    const { terminal: streams, input, seen } = terminal();
    const given = prompted(streams, testPage(), question);
    await vi.waitFor(() => expect(seen()).toContain('Which?'));
    input.end();
    expect(await given).toBe('none');
  });

  test('is nobody where there is no terminal', async () => {
    expect(await prompted(terminal(false).terminal, testPage(), question)).toBe('none');
  });

  test('interrupts by Ctrl-C', async () => {
    const { terminal: streams, input, seen } = terminal();
    const given = prompted(streams, testPage(), question);
    await vi.waitFor(() => expect(seen()).toContain('Which?'));
    input.write('\x03');
    expect(await given).toBe('interrupted');
  });
});
