import type { RunEvent } from '../domain/event.ts';
import type { Outcome } from '../domain/plan.ts';
import type { Progress } from '../views/progress.ts';
import { eventLine } from './event-line.ts';
import { elapsed } from './live-rows.ts';
import { outcomeWords, toneOf } from './outcome-words.ts';
import { hanging, type Page, type Tone } from './page.ts';

/** What stays of the time in which hosts were looked at. */
export function lookedLines(page: Page, { plans, hosts, counts, kind }: Progress): readonly string[] {
  return summary(page, kind, `Hosts looked at: ${plans.size} of ${hosts.length}`, counts);
}

/** What stays of a wave, once it has ended. */
export function waveLines(page: Page, { wave, endings, at, kind }: Progress): readonly string[] {
  if (!wave) return [];
  const counts = new Map<Outcome, number>();
  let ended = 0;
  for (const host of wave.hosts) {
    const outcome = endings.get(host)?.outcome;
    if (outcome === undefined) continue;
    counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
    ended += 1;
  }
  const label = `Wave ${wave.wave} of ${wave.of}: ${ended} of ${wave.hosts.length}`;
  return summary(page, kind, label, counts, ` in ${elapsed(at - wave.began)}`, ended < wave.hosts.length ? 'warn' : 'good');
}

/** What happens to the run as a whole. */
export function noteLines(page: Page, event: RunEvent, kind: Progress['kind']): readonly string[] {
  const line = eventLine(page, event, kind);
  const isGood = event.type === 'rollout.continued' || (event.type === 'gate.checked' && event.verdict === 'pass');
  return line === undefined ? [] : hanging(page, 0, '', line, isGood ? page.style.quiet : page.style.warn);
}

function summary(
  page: Page,
  kind: Progress['kind'],
  label: string,
  counts: ReadonlyMap<Outcome, number>,
  after = '',
  least: Tone = 'good',
): readonly string[] {
  const words = [label, ...[...counts].map(([outcome, number]) => `${number} ${outcomeWords(outcome, kind)}`)].join(', ');
  const tone = [...counts.keys()].map((outcome) => toneOf(outcome, kind)).reduce(worse, least);
  const { style, symbols } = page;
  return hanging(page, 0, '  ', words + after).map((line, index) => (index === 0 ? style[tone](symbols[tone]) + line.slice(1) : line));
}

const WORSE: readonly Tone[] = ['good', 'warn', 'bad'];

function worse(a: Tone, b: Tone): Tone {
  return WORSE.indexOf(a) > WORSE.indexOf(b) ? a : b;
}
