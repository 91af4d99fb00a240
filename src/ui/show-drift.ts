import type { HostPlan } from '../domain/plan.ts';
import { count } from '../formats/count.ts';
import { commandLine } from '../views/command-line.ts';
import { DRIFT_NEWS, type Drift, type DriftedHost, type DriftNews } from '../views/drift.ts';
import { jsonChange } from './json-change.ts';
import { foldNames } from './names.ts';
import { outcomeWords } from './outcome-words.ts';
import { hanging, headline, labelled, type Page, type Tone } from './page.ts';
import { iso } from './report-json.ts';

const WORDS: Readonly<Record<DriftNews, string>> = {
  'newly-ill': 'newly ill',
  changed: 'ill in another way',
  'still-ill': 'still ill',
  healed: 'healed',
  'newly-unreached': 'not reached',
  'still-unreached': 'still not reached',
  'reached-again': 'reached again',
  gone: 'no host of the target any more',
};

const TONES: Readonly<Record<DriftNews, Tone>> = {
  'newly-ill': 'bad',
  changed: 'bad',
  'still-ill': 'warn',
  healed: 'good',
  'newly-unreached': 'bad',
  'still-unreached': 'warn',
  'reached-again': 'good',
  gone: 'warn',
};

/** News by how many hosts have them, as in `1 newly ill, 2 healed`. */
export function driftCounts({ hosts }: Drift): string {
  return DRIFT_NEWS.flatMap((news) => {
    const of = hosts.filter((host) => host.news === news).length;
    return of === 0 ? [] : [`${of} ${WORDS[news]}`];
  }).join(', ');
}

/** The text of `drift`: news first, hosts together of which the same is to be said. `next`: the command that shows the diffs. */
export function showDrift(page: Page, drift: Drift, next: readonly string[]): readonly string[] {
  const { runbook, previous, total, hosts } = drift;
  const since = previous ? `since the audit of ${moment(previous.at)}` : 'the first audit';
  const counts = driftCounts(drift);
  const title = `${page.say(runbook)}: ${count(total, 'host')} looked at, ${since}: ${counts === '' ? 'nothing is off' : counts}`;
  const groups = Map.groupBy(hosts, (host) => JSON.stringify([host.news, host.outcome, host.since, gist(host.plan)]));
  const isIll = hosts.some(({ plan }) => plan?.outcome === 'would-fix');
  return [
    ...hanging(page, 0, '', title, page.style.strong),
    ...(previous?.isOtherRunbook ? hanging(page, 0, '', 'The runbook was changed since.') : []),
    ...[...groups.values()].flatMap((same) => groupLines(page, same)),
    ...(isIll ? ['', `What would be changed: ${page.style.strong(page.say(commandLine(next)))}`] : []),
  ];
}

function groupLines(page: Page, same: readonly DriftedHost[]): readonly string[] {
  const [first] = same;
  if (!first) return [];
  const { news, outcome, since, plan } = first;
  const says = gist(plan);
  const lasts = news.startsWith('still-') ? `, since ${moment(since)}` : '';
  const names = foldNames(
    page,
    same.map(({ host }) => host),
  );
  return [
    ...headline(page, TONES[news], count(same.length, 'host'), `${WORDS[news]}${lasts}: ${names}`),
    ...(news === 'gone' || outcome === 'healthy' ? [] : labelled(page, '', says === '' ? outcomeWords(outcome, 'plan') : page.say(says))),
  ];
}

/** What is wrong with a host, in a sentence of the runbook or of the host. */
function gist(plan: HostPlan | undefined): string {
  if (!plan || plan.outcome === 'healthy') return '';
  const [cause] = plan.findings;
  if (plan.outcome === 'would-fix' && cause) return cause.at === undefined ? cause.says : `${cause.says} (${cause.at})`;
  return plan.reason?.message ?? plan.unmet[0]?.what ?? '';
}

function moment(at: number): string {
  return `${iso(at).slice(0, 16).replace('T', ' ')} UTC`;
}

/** The shape of an audit as data; a key that is taken away, or means something else, is another version. */
const DRIFT_SCHEMA = 'runbook/drift/v1';

/** An audit as data: times in ISO 8601, contents of files as diffs. Its text is neither masked nor made visible yet. */
export function driftData({ runbook, at, previous, total, hosts, isNews }: Drift, exitCode: number): object {
  return {
    schema: DRIFT_SCHEMA,
    runbook,
    at: iso(at),
    ...(previous ? { previous: { at: iso(previous.at), runbookChanged: previous.isOtherRunbook } } : {}),
    exitCode,
    news: isNews,
    looked: total,
    hosts: hosts.map(({ host, news, outcome, since, plan }) => ({
      host,
      news,
      outcome,
      since: iso(since),
      ...(plan?.reason ? { reason: plan.reason } : {}),
      findings: plan?.findings ?? [],
      unmet: plan?.unmet ?? [],
      changes: plan?.changes.map(jsonChange) ?? [],
    })),
  };
}
