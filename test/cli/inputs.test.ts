import { expect, test } from 'vitest';
import { inputsOf } from '../../src/cli/load-runbook-file.ts';
import { screenOf } from '../../src/cli/screen.ts';
import { loadRunbook } from '../../src/load/load-runbook.ts';
import { stepTypes } from '../../src/steps/index.ts';
import { fakeWorld } from './rig.ts';

const TEXT = `apiVersion: runbook/v1
name: x
summary: x
inputs:
  token: { type: string, default: default-of-the-token, sensitive: true }
  keys: { type: object, default: {}, sensitive: true }
  plain: { type: string, default: not-a-secret }
diagnose:
  - uses: containers.running
`;

test('no part of a sensitive input is shown, given or by default, whole or inside an object', () => {
  const loaded = loadRunbook({ path: 'x.yaml', text: TEXT }, stepTypes);
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.diagnostics));
  const screen = screenOf(fakeWorld().world, { color: 'never' });
  const given = ['keys={"db":"inside-an-object","all":["inside-a-list",1234567]}'];
  expect(inputsOf(loaded.runbook, given, screen).ok).toBe(true);
  expect(screen.out.say('default-of-the-token inside-an-object inside-a-list 1234567 not-a-secret')).toBe('*** *** *** *** not-a-secret');
});
