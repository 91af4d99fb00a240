import { expect, test } from 'vitest';
import { confirmTimeoutOf } from '../../src/cli/options.ts';

test.each([
  [{}, {}],
  [{ confirmTimeout: '10s' }, { commitConfirmMs: 10_000 }],
  [{ confirmTimeout: '1m30s' }, { commitConfirmMs: 90_000 }],
  [{ confirmTimeout: '7d' }, { commitConfirmMs: 604_800_000 }],
])('%j on the command line is how long a host waits to be confirmed: %j', (option, value) => {
  expect(confirmTimeoutOf({ color: 'never', ...option })).toEqual({ ok: true, value });
});

test.each(['9s', '9999ms', '0', '', '2', 'soon', '-1m', '7d1ms'])(
  '--confirm-timeout %j is refused, and it is said what it must be',
  (confirmTimeout) => {
    const message = `--confirm-timeout must be a duration from 10s to 7d, but is ${confirmTimeout}`;
    expect(confirmTimeoutOf({ color: 'never', confirmTimeout })).toEqual({
      ok: false,
      failure: { code: 'bad-input', message, hint: 'such as 2m' },
    });
  },
);
