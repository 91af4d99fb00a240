import { expect, test } from 'vitest';
import { typed } from '../../src/cli/options.ts';

test('options are typed again as they were given, for a command that goes on', () => {
  const options = {
    color: 'auto',
    inventory: ['a.ini', 'b,'],
    stateDir: 's',
    hosts: 'web',
    limit: '!web3',
    input: ['x=1'],
    askBecomePass: true,
  } as const;
  expect(typed(options)).toEqual({
    places: ['-i', 'a.ini', '-i', 'b,', '--state-dir', 's', '-K'],
    inputs: ['--hosts', 'web', '-e', 'x=1'],
    limit: ['-l', '!web3'],
  });
  expect(typed({ color: 'auto' })).toEqual({ places: [], inputs: [], limit: [] });
});
