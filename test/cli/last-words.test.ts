import { expect, test } from 'vitest';
import { lastWords } from '../../src/cli/last-words.ts';
import { screenOf } from '../../src/cli/screen.ts';
import type { EventBody } from '../../src/domain/event.ts';
import { flagRemoved, settled, stamped, started, transaction } from '../ui/streams.ts';
import { fakeWorld } from './rig.ts';

function said(...bodies: readonly EventBody[]): string {
  const { world, err } = fakeWorld();
  lastWords(screenOf(world, { color: 'never' }), stamped(bodies));
  return err.text.replaceAll(/\s+/g, ' ').trim();
}

const sent = (host: string) => transaction(host, false, [flagRemoved()]);

test('whoever leaves at once is told which hosts take themselves back, when, and how to ask them', () => {
  expect(said(started('apply', ['a', 'b', 'c']), ...sent('a'), ...settled('a', false, 'confirm'), ...sent('b'), ...sent('c'))).toBe(
    'Left at once. Changed and not confirmed, and will take themselves back: b at 08:07:05 UTC, c at 08:07:07 UTC. ' +
      '"runbook resume 01RUN" asks them, and finishes what can be verified.',
  );
});

test('nothing more is said where every host is settled', () => {
  expect(said(started('apply', ['a']), ...sent('a'), ...settled('a', false, 'undo'))).toBe('Left at once.');
});
