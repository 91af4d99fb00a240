import { showDuration } from '../domain/duration.ts';
import { count } from '../formats/count.ts';
import type { RunReport, WaitReport } from '../views/run-report.ts';
import { outcomeWords, toneOf } from './outcome-words.ts';
import type { Page } from './page.ts';
import { escapeHtml } from './report-escape.ts';

/** More hosts than this are bars that nobody can tell apart; waves alone are drawn then. */
const DRAWN_HOSTS = 60;

const WIDTH = 800;
const LEFT = 150;
const ROW = 20;

interface Bar {
  readonly name: string;
  readonly from: number;
  readonly to: number;
  readonly className: string;
  readonly says: string;
}

/** Waves and their hosts along time, and when the run was held, as a picture with words for those who do not see it. */
export function reportChart(page: Page, report: RunReport): string {
  const bars = barsOf(page, report);
  const start = Math.min(...bars.map(({ from }) => from));
  const end = Math.max(...bars.map(({ to }) => to), start + 1);
  const x = (at: number) => (LEFT + ((at - start) / (end - start)) * (WIDTH - LEFT)).toFixed(1);
  const rows = bars.map(({ name, from, to, className, says }, index) => {
    const width = Math.max(2, ((to - from) / (end - start)) * (WIDTH - LEFT)).toFixed(1);
    const label = name.length > 20 ? `${name.slice(0, 19)}…` : name;
    return `<text x="0" y="${index * ROW + 14}">${escapeHtml(page.say(label))}</text><rect class="${className}" x="${x(from)}" y="${index * ROW + 4}" width="${width}" height="12"><title>${escapeHtml(says)}</title></rect>`;
  });
  const words = `${count(report.waves.length, 'wave')} in ${showDuration(Math.round((end - start) / 1_000) * 1_000)}`;
  return `<div class="wide" tabindex="0" role="group" aria-label="waves along time"><svg role="img" aria-label="${escapeHtml(words)}" viewBox="0 0 ${WIDTH} ${bars.length * ROW + 4}">${rows.join('')}</svg></div>
<ul>${report.waves.map(({ wave, hosts, zone, failures, budget }) => `<li>wave ${wave}${zone === undefined ? '' : ` in zone ${escapeHtml(page.say(zone))}`}: ${count(hosts.length, 'host')}, ${count(failures, 'failure')} so far, ${budget} allowed</li>`).join('')}${report.waits.map((wait) => `<li>${escapeHtml(waitWords(page, wait, report.finishedAt))}</li>`).join('')}</ul>`;
}

/** A wait in words: who held the run or was asked, and for how long. */
function waitWords(page: Page, { what, gate = '', answer, by = '', startedAt, finishedAt }: WaitReport, end: number): string {
  const lasted = showDuration(Math.round(((finishedAt ?? end) - startedAt) / 1_000) * 1_000);
  if (what === 'paused') return `paused by ${page.say(by)} for ${lasted}${finishedAt === undefined ? ', to its end' : ''}`;
  return `asked (${page.say(gate)}) for ${lasted}: ${answer === undefined ? 'no answer' : `${page.say(by)} answered ${answer}`}`;
}

function barsOf(page: Page, { waves, waits, hosts, finishedAt, kind }: RunReport): readonly Bar[] {
  const known = new Map(hosts.map((host) => [host.host, host]));
  const areDrawn = waves.reduce((sum, wave) => sum + wave.hosts.length, 0) <= DRAWN_HOSTS;
  const bars = waves.flatMap((wave) => {
    const end = wave.finishedAt ?? finishedAt;
    const own: Bar = { name: `wave ${wave.wave}`, from: wave.startedAt, to: end, className: 'wave', says: `wave ${wave.wave}` };
    const inside = areDrawn ? wave.hosts.flatMap((name) => known.get(name) ?? []) : [];
    return [
      own,
      ...inside.flatMap(({ host, outcome, startedAt, finishedAt: ended }) => {
        if (startedAt === undefined) return [];
        const says = page.say(`${host}: ${outcomeWords(outcome, kind)}`);
        return [{ name: host, from: startedAt, to: ended ?? end, className: toneOf(outcome, kind), says }];
      }),
    ];
  });
  // What was asked before the first wave may have stood for hours, in which nothing else was.
  const first = waves[0]?.startedAt ?? finishedAt;
  const held = waits
    .filter(({ startedAt }) => startedAt >= first)
    .map(
      (wait): Bar => ({
        name: wait.what,
        from: wait.startedAt,
        to: wait.finishedAt ?? finishedAt,
        className: 'wait',
        says: waitWords(page, wait, finishedAt),
      }),
    );
  return [...bars, ...held].toSorted((a, b) => a.from - b.from);
}
