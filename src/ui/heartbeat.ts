import { showDuration } from '../domain/duration.ts';
import { count } from '../formats/count.ts';
import type { Progress } from '../views/progress.ts';
import { eventLine } from './event-line.ts';
import { roughly } from './live-rows.ts';
import { foldNames } from './names.ts';
import type { Page } from './page.ts';

/** So long nobody reads a log without wondering whether it goes on, in ms. */
export const SILENCE_MS = 30_000;

/** What a run waits for, as a sentence; undefined where it waits for nobody that is under way. `now`: wall time in ms. */
export function heartbeat(page: Page, progress: Progress, now: number): string | undefined {
  const { phase, hosts, plans, wave, underWay, resumed, held, gate } = progress;
  if (held && phase !== 'ended') return `paused by ${page.say(held.by)}: ${count(held.notStarted, 'host')} not begun`;
  if (gate && gate.verdict !== 'pass' && phase === 'between') return eventLine(page, gate, progress.kind);
  const left = progress.timeLeft(now);
  const time = left === undefined ? '' : `; about ${roughly(left)} left`;
  if (phase === 'looking') {
    const silent = hosts.filter((host) => !plans.has(host));
    const names = silent.length === 0 ? '' : `, no answer yet from ${foldNames(page, silent)}`;
    return `still looking: ${plans.size} of ${count(hosts.length, 'host')}${names}${time}`;
  }
  const [longest] = underWay.values();
  if (phase !== 'waves' || !wave || !longest) return undefined;
  const doing = `${page.say(longest.host)} is ${longest.stage} for ${showDuration(Math.max(0, now - longest.since))}`;
  const done = `${progress.endedInWave} of ${count(wave.hosts.length, 'host')} done, ${underWay.size} under way`;
  const what = resumed ? 'settling' : `wave ${wave.wave} of ${wave.of}`;
  return `${what}: ${done}, the longest of them ${doing}${time}`;
}
