import { showDuration } from '../domain/duration.ts';
import { count } from '../formats/count.ts';
import type { RunReport } from '../views/run-report.ts';
import { eventLine } from './event-line.ts';
import { isTrouble, outcomeWords } from './outcome-words.ts';
import type { Page } from './page.ts';
import { changeText } from './report-change.ts';
import { iso } from './report-json.ts';

/** A report as Markdown, for a post-mortem: what happened is told, what is to be learnt from it is left to those who were there. */
export function reportMarkdown(page: Page, report: RunReport): string {
  const { kind, runbook, run } = report;
  return `${[
    `# ${say(page, `${kind} of ${runbook}`)}`,
    '',
    ...facts(page, report).map(([name, value]) => `- **${name}:** ${say(page, value)}`),
    ...section('Outcome', [
      '| outcome | hosts | |',
      '|---|---:|---|',
      ...report.counts.map(({ outcome, hosts }) => `| ${outcomeWords(outcome, kind)} | ${hosts.length} | ${say(page, hosts.join(', '))} |`),
    ]),
    ...section(
      'What went wrong',
      report.reasons
        .filter(({ outcome }) => isTrouble(outcome, kind))
        .flatMap(({ outcome, reason, hosts }) => [
          `- **${say(page, hosts.join(', '))}** ${outcomeWords(outcome, kind)}: ${say(page, reason?.message ?? '')}`,
          ...(reason?.hint === undefined ? [] : [`  - ${say(page, reason.hint)}`]),
        ]),
    ),
    ...section(
      'Causes',
      report.causes.flatMap(({ causes, hosts, evidence, explains }) => [
        ...causes.map(
          ({ says, at }) => `- ${say(page, says)}${at === undefined ? '' : ` (${say(page, at)})`}: ${say(page, hosts.join(', '))}`,
        ),
        ...explains.map(({ says }) => `  - explains: ${say(page, says)}`),
        ...(evidence.lines.length === 0
          ? []
          : ['', ...fenced(evidence.lines.map((line) => `${page.say(evidence.host)} | ${page.say(line)}`)), '']),
      ]),
    ),
    ...section(
      'Changes',
      report.changes.flatMap(({ hosts, changes }) => [
        `On ${count(hosts.length, 'host')}: ${say(page, hosts.join(', '))}`,
        '',
        ...fenced(changes.flatMap((change) => changeText(page, change))),
        '',
      ]),
    ),
    ...section('Timeline', timeline(page, report)),
    ...section(
      'Taken back since',
      report.rollbacks.map(({ run: id, operator, at, counts }) => {
        const ended = counts.map(({ outcome, hosts }) => `${hosts.length} ${outcomeWords(outcome, 'rollback')}`).join(', ');
        return `- ${iso(at)} by ${say(page, operator)} (run ${say(page, id)}): ${ended}`;
      }),
    ),
    '',
    `<!-- runbook report ${page.say(run).replaceAll('--', '- -')} -->`,
  ].join('\n')}\n`;
}

/** What stands at the head of a report, in words. */
export function facts(page: Page, report: RunReport): readonly (readonly [string, string])[] {
  const { run, kind, operator, startedAt, finishedAt, state, exitCode, counts, runbookSha256, runbookSignedBy, plan, of, inputs } = report;
  const given = Object.entries(inputs).map(([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`);
  const how = `${state.replace('-', ' ')}${exitCode === undefined ? '' : `, exit code ${exitCode}`}`;
  return [
    ['run', run],
    ['by', operator],
    ['when', `${iso(startedAt)}, ${showDuration(Math.max(0, Math.round((finishedAt - startedAt) / 1_000) * 1_000))}`],
    ['end', how],
    ['hosts', counts.map(({ outcome, hosts }) => `${hosts.length} ${outcomeWords(outcome, kind)}`).join(', ') || 'none'],
    ['runbook', `sha256 ${runbookSha256.slice(0, 12)}${runbookSignedBy === undefined ? '' : `, signed by ${runbookSignedBy}`}`],
    ...(plan === undefined ? [] : [['saved plan', plan.slice(0, 12)] as const]),
    ...(of === undefined ? [] : [['takes back', of] as const]),
    ...(given.length === 0 ? [] : [['inputs', given.map(page.say).join(' ')] as const]),
  ];
}

function timeline(page: Page, { events, hosts, kind }: RunReport): readonly string[] {
  const trouble = hosts.flatMap(({ outcome, events: own }) => (isTrouble(outcome, kind) ? own.slice(-1) : []));
  return [...events, ...trouble]
    .toSorted((a, b) => a.at - b.at)
    .flatMap((event) => {
      const line = eventLine(page, event, kind);
      if (line === undefined) return [];
      return [`- ${iso(event.at).slice(11, 19)} ${'host' in event ? `${say(page, event.host)}: ` : ''}${say(page, line)}`];
    });
}

function section(title: string, lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : ['', `## ${title}`, '', ...lines];
}

/** A fence that nothing inside can end (CommonMark 4.5). */
function fenced(lines: readonly string[]): readonly string[] {
  const longest = Math.max(2, ...lines.flatMap((line) => [...line.matchAll(/`+/g)].map(([run]) => run.length)));
  const fence = '`'.repeat(longest + 1);
  return [fence, ...lines, fence];
}

/** Text as text: what Markdown, and the HTML in it, would act upon is escaped (CommonMark 2.4). */
function say(page: Page, text: string): string {
  return page.say(text).replace(/[\\`*_{}[\]<>()#+!|~&$]/g, '\\$&');
}
