import { expect, test } from 'vitest';
import { screenOf } from '../../src/cli/screen.ts';
import { viewOf } from '../../src/cli/view-of.ts';
import { stateDirectory } from '../../src/cli/world.ts';
import { FakeOutput } from '../ui/fake-output.ts';
import { fakeWorld } from './rig.ts';

test.each([
  [{ XDG_STATE_HOME: '/var/s' }, '/var/s/runbook'],
  [{ XDG_STATE_HOME: 'relative' }, '/home/ada/.local/state/runbook'],
  [{ XDG_STATE_HOME: '' }, '/home/ada/.local/state/runbook'],
  [{}, '/home/ada/.local/state/runbook'],
])('with %j runs are kept below %s', (env, expected) => {
  const { world } = fakeWorld();
  expect(stateDirectory({ ...world, env, home: '/home/ada' }, undefined)).toBe(expected);
});

test.each([
  ['xterm', true],
  ['dumb', false],
])('a terminal that is called %s gets a list that is drawn again: %s', (TERM, isDrawn) => {
  const { world } = fakeWorld();
  const terminal = { ...world, env: { TERM }, err: new FakeOutput({ isTTY: true }) };
  const screen = screenOf(terminal, { color: 'auto' });
  expect('aside' in viewOf(terminal, screen, false, true)).toBe(isDrawn);
});
