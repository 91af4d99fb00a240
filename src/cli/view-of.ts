import { jsonView } from '../ui/json-view.ts';
import { liveView } from '../ui/live-view.ts';
import type { View } from '../ui/output.ts';
import { plainView } from '../ui/plain-view.ts';
import type { Screen } from './screen.ts';
import { seatOf } from './seat.ts';
import type { World } from './world.ts';

/** JSON lines on stdout; else one screen on a terminal, or lines: of a run that changes nothing only that it goes on. */
export function viewOf(world: World, screen: Screen, json: boolean, changes: boolean): View {
  if (json) return jsonView(world.out, screen.mask);
  if (world.err.isTTY && screen.err.drawn) {
    const live = liveView(world.err, screen.err, seatOf(world));
    screen.drawn((ask) => live.aside(ask));
    return live;
  }
  return plainView(world.err, screen.err, { quiet: !changes });
}
