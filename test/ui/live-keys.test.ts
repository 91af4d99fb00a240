import { describe, expect, test } from 'vitest';
import { type KeyScene, keysOf, type LivePage, press } from '../../src/ui/live-keys.ts';

const RUN: LivePage = { name: 'run' };
const HALT: LivePage = { name: 'halt' };
const HOSTS: LivePage = { name: 'hosts', host: undefined, from: 0 };
const DIFF: LivePage = { name: 'diff', from: 0 };
const on = (page: LivePage, more: Partial<KeyScene> = {}): KeyScene => ({
  page,
  paused: false,
  pausable: true,
  stopping: false,
  lines: 30,
  room: 10,
  hosts: () => ['a', 'b', 'c'],
  ...more,
});

test('what a terminal sends is read as keys', () => {
  expect(keysOf('p\x1b[A\x1bOB\x1b[6~\x1b\x03é?')).toEqual(['p', 'up', 'down', 'page down', 'escape', 'interrupt', 'é', '?']);
});

describe('a key', () => {
  test.each<[string, KeyScene, string, LivePage, string | undefined]>([
    ['pauses', on(RUN), 'p', RUN, 'pause'],
    ['continues what is paused', on(RUN, { paused: true }), 'p', RUN, 'continue'],
    ['does not pause what only looks', on(RUN, { pausable: false }), 'p', RUN, undefined],
    ['does not pause what ends already', on(RUN, { stopping: true }), 'p', RUN, undefined],
    ['asks whether to halt', on(RUN), 'h', HALT, undefined],
    ['halts when it is pressed again', on(HALT), 'h', RUN, 'halt'],
    ['takes the question back', on(HALT), 'p', RUN, undefined],
    ['does not ask whether to halt what ends already', on(RUN, { stopping: true }), 'h', RUN, undefined],
    ['opens the hosts', on(RUN), 'd', HOSTS, undefined],
    ['closes them again', on(HOSTS), 'd', RUN, undefined],
    ['opens the diff', on(RUN), 'f', DIFF, undefined],
    ['goes from one page to another', on(DIFF), 'd', HOSTS, undefined],
    ['opens the help', on(RUN), '?', { name: 'help' }, undefined],
    ['leads back', on(HOSTS), 'escape', RUN, undefined],
    ['leads back too', on({ name: 'help' }), 'q', RUN, undefined],
    ['interrupts', on(RUN), 'interrupt', RUN, 'interrupt'],
    ['interrupts from every page', on(HALT), 'interrupt', HALT, 'interrupt'],
    ['suspends', on(DIFF), 'suspend', DIFF, 'suspend'],
    ['means nothing', on(RUN), 'x', RUN, undefined],
    ['goes to the next host', on(HOSTS), 'down', { ...HOSTS, host: 'b' }, undefined],
    ['goes to the host before', on({ ...HOSTS, host: 'c' }), 'up', { ...HOSTS, host: 'b' }, undefined],
    ['stays on the first', on({ ...HOSTS, host: 'a' }), 'up', { ...HOSTS, host: 'a' }, undefined],
    ['stays on the last', on({ ...HOSTS, host: 'c' }), 'down', { ...HOSTS, host: 'c' }, undefined],
    ['scrolls what is known of a host', on({ ...HOSTS, host: 'c' }), 'right', { ...HOSTS, host: 'c', from: 1 }, undefined],
    ['scrolls', on(DIFF), 'down', { name: 'diff', from: 1 }, undefined],
    ['scrolls a page', on(DIFF), 'page down', { name: 'diff', from: 10 }, undefined],
    ['scrolls to the end, and not past it', on({ name: 'diff', from: 19 }), 'page down', { name: 'diff', from: 20 }, undefined],
    ['does not scroll what fits', on(DIFF, { lines: 3 }), 'down', { name: 'diff', from: 0 }, undefined],
  ])('%s', (_, scene, key, page, act) => {
    expect(press(scene, key)).toEqual({ page, ...(act === undefined ? {} : { act }) });
  });
});
