import { setTimeout as pause } from 'node:timers/promises';
import { screenOf } from '../../src/cli/screen.ts';
import { seatOf } from '../../src/cli/seat.ts';
import { processWorld } from '../../src/cli/world.ts';
import { liveView } from '../../src/ui/live-view.ts';
import { silentView, type View } from '../../src/ui/output.ts';
import { simulatedRun } from './simulated-run.ts';
import { START } from './streams.ts';

// Plays a run on hosts that do not exist through the view of the command line, to look at and to measure:
// node test/ui/watch-simulated-run.ts [HOSTS] [SPEED] [silent]

const [hosts = '5000', speed = '10', silent] = process.argv.slice(2);
const world = processWorld();
const events = simulatedRun(Number(hosts));
const begun = performance.now();
const now = () => START + (performance.now() - begun) * Number(speed);
const view: View =
  silent === undefined ? liveView(world.err, screenOf(world, { color: 'auto' }).err, { ...seatOf(world), now }) : silentView;
let paused = false;
view.steer?.({
  pausable: true,
  pause: () => hold('you'),
  continue: () => hold(undefined),
  halt: () => view.stopping('halt'),
});
process.on('SIGINT', () => {
  view.abandon();
  process.exit(130);
});
const before = process.cpuUsage();
let next = 0;
while (next < events.length) {
  for (let event = events[next]; event && event.at <= now(); event = events[next]) {
    view.event(event);
    next += 1;
  }
  await pause(20);
  while (paused) await pause(100);
}
const { user, system } = process.cpuUsage(before);
await view.close();
const seconds = (performance.now() - begun) / 1_000;
const cpu = (user + system) / 1_000_000;
const share = ((100 * cpu) / seconds).toFixed(1);
world.out.write(`${hosts} hosts, ${events.length} events in ${seconds.toFixed(0)} s: ${cpu.toFixed(1)} s of CPU, ${share} % of a core\n`);

function hold(by: string | undefined): void {
  paused = by !== undefined;
  view.paused(by);
}
