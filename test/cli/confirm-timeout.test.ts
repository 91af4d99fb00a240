import { Command } from 'commander';
import { expect, test } from 'vitest';
import { addApply } from '../../src/cli/apply.ts';
import type { AddCommand } from '../../src/cli/command-line.ts';
import { confirmTimeoutOf } from '../../src/cli/options.ts';
import { addRollback } from '../../src/cli/rollback.ts';

test.each([
  [{}, {}],
  [{ confirmTimeout: '10s' }, { commitConfirmMs: 10_000 }],
  [{ confirmTimeout: '1m30s' }, { commitConfirmMs: 90_000 }],
  [{ confirmTimeout: '7d' }, { commitConfirmMs: 604_800_000 }],
])('%j on the command line is how long a host waits to be confirmed: %j', (option, value) => {
  expect(confirmTimeoutOf(option)).toEqual({ ok: true, value });
});

test.each<[string, AddCommand]>([
  ['apply', addApply],
  ['rollback', addRollback],
])('%s has the option', (_, add) => {
  const program = new Command();
  add(program, expect.anything() as never, () => {});
  expect(program.commands[0]?.options.map(({ long }) => long)).toContain('--confirm-timeout');
});

test.each(['9s', '9999ms', '0', '', '2', 'soon', '-1m', '7d1ms'])(
  '--confirm-timeout %j is refused, and it is said what it must be',
  (confirmTimeout) => {
    const message = `--confirm-timeout must be a duration from 10s to 7d, but is ${confirmTimeout}`;
    expect(confirmTimeoutOf({ confirmTimeout })).toEqual({
      ok: false,
      failure: { code: 'bad-input', message, hint: 'such as 2m' },
    });
  },
);
