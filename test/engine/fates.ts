import type { FakeHost } from '../fakes/fake-host.ts';
import { FILE, host, rig } from './rig.ts';

/** What can become of a host that is changed. */
export const FATES = [
  'fixed',
  'ill',
  'cannot be asked',
  'restart fails',
  'edited',
  'cannot go back',
  'lost before',
  'lost after',
  'silent',
  'locked',
] as const;
/** One of them. */
export type Fate = (typeof FATES)[number];

/** What a host says of itself once it was changed; the others are ill. */
const AFTER: Readonly<Partial<Record<Fate, string>>> = { fixed: 'well', 'cannot be asked': 'mute' };

/** A world whose hosts h0, h1, … meet these fates once they are changed. */
export function fated(fates: readonly Fate[]): ReturnType<typeof rig> {
  const hosts = fates.map((fate, index) => host(`h${index}`, 'mode=bad\n', AFTER[fate] ?? 'ill'));
  const world = rig(hosts);
  for (const [index, fate] of fates.entries()) befall(world, world.fleet.host(`h${index}`), fate);
  return world;
}

function befall({ fleet }: ReturnType<typeof rig>, fake: FakeHost, fate: Fate): void {
  const onceApplied = (happens: () => void) => {
    fake.hooks.answer = () => void (fake.states.get(fake.name) === 'applied' && happens());
  };
  switch (fate) {
    case 'restart fails':
      fake.hooks.fails = ({ kind }) => (kind === 'trigger' ? 'half' : undefined);
      break;
    case 'edited':
      onceApplied(() => fake.write(FILE, 'mine\n'));
      break;
    case 'cannot go back':
      onceApplied(() => fake.setUnit('app.service', { LoadState: 'masked', ActiveState: 'inactive' }));
      break;
    case 'lost before':
      fleet.cuts.set(fake.name, 'before');
      break;
    case 'lost after':
      fleet.cuts.set(fake.name, 'after');
      break;
    case 'silent':
      fleet.cuts.set(fake.name, 'after');
      fake.hooks.beforeApply = () => fleet.setReachable(fake.name, false);
      break;
    case 'locked':
      fake.hooks.refuses = () => ({ code: 'locked', message: 'held' });
      break;
  }
}
