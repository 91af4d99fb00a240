import { jsonView } from '../ui/json-view.ts';
import { liveView } from '../ui/live-view.ts';
import { silentView, type View } from '../ui/output.ts';
import { plainView } from '../ui/plain-view.ts';
import type { Screen } from './screen.ts';
import { seatOf } from './seat.ts';
import type { World } from './world.ts';

/** JSON lines on stdout; else a live list on a terminal, or plain lines where somebody follows an apply through a pipe. */
export function viewOf(world: World, screen: Screen, json: boolean, changes: boolean): View {
  if (json) return jsonView(world.out, screen.mask);
  // A dumb terminal would show the cursor's movements as letters.
  if (world.err.isTTY && world.env['TERM'] !== 'dumb') {
    const live = liveView(world.err, screen.err, seatOf(world));
    screen.drawn((ask) => live.aside(ask));
    return live;
  }
  return changes ? plainView(world.err, screen.err) : silentView;
}
