import { expect, test } from 'vitest';
import { asTyped, typed, typedWords } from '../../src/cli/options.ts';

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
    secrets: [],
  });
  expect(typed({ color: 'auto' })).toEqual({ places: [], inputs: [], limit: [], secrets: [] });
});

const declared = {
  inputs: new Map([
    ['token', { type: 'string', description: '', sensitive: true }],
    ['pin', { type: 'string', description: '', sensitive: true, default: '0' }],
    ['x', { type: 'string', description: '', sensitive: false }],
  ] as const),
};

test('values of sensitive inputs are never typed again, only their names: those that were given, and those that must be', () => {
  const options = { color: 'auto', input: ['token=hunter2', 'x=1'] } as const;
  expect(typed(options, declared)).toMatchObject({ inputs: ['-e', 'x=1'], secrets: ['token'] });
  expect(typed({ ...options, input: ['pin=1'] }, declared)).toMatchObject({ inputs: [], secrets: ['token', 'pin'] });
});

test('a run that another process went on with is named as it was typed then, and its places as they are typed now', () => {
  const then = { color: 'auto', inventory: ['old'], hosts: 'web', limit: 'web1', input: ['token=t', 'x=1'], allowShell: true } as const;
  const words = typedWords('./fix.yaml', then, declared);
  expect(words).toEqual({ runbook: './fix.yaml', hosts: 'web', limit: 'web1', inputs: ['x=1'], allowShell: true });
  expect(typed(asTyped({ color: 'auto', inventory: ['new'], input: ['token=t'] }, words), declared)).toEqual({
    places: ['-i', 'new'],
    inputs: ['--hosts', 'web', '-e', 'x=1', '--allow-shell'],
    limit: ['-l', 'web1'],
    secrets: ['token'],
  });
});
