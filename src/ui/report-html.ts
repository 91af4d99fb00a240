import { createHash } from 'node:crypto';
import { count } from '../formats/count.ts';
import type { HostReport, RunReport } from '../views/run-report.ts';
import { eventLine } from './event-line.ts';
import { isTrouble, outcomeWords, toneOf } from './outcome-words.ts';
import type { Page } from './page.ts';
import { REPORT_SCRIPT, REPORT_STYLE } from './report-assets.ts';
import { changeText } from './report-change.ts';
import { reportChart } from './report-chart.ts';
import { escapeHtml } from './report-escape.ts';
import { iso } from './report-json.ts';
import { facts } from './report-markdown.ts';

/**
 * A report as one HTML page that needs no network and asks for nothing: a content-security policy lets in just the style and the script
 * that stand in it, by their digests. Whatever comes from a host, a runbook or an inventory is text, and never markup.
 */
export function reportHtml(page: Page, report: RunReport): string {
  const { kind, runbook, counts, hosts } = report;
  const say = (text: string) => escapeHtml(page.say(text));
  const title = say(`${kind} of ${runbook}`);
  const policy = `default-src 'none'; style-src '${digest(REPORT_STYLE)}'; script-src '${digest(REPORT_SCRIPT)}'; base-uri 'none'; form-action 'none'`;
  const buttons = counts.map(
    ({ outcome, hosts: of }) =>
      `<li><button type="button" class="${toneOf(outcome, kind)}" aria-pressed="false" data-outcome="${outcome}"><b>${of.length}</b>${say(outcomeWords(outcome, kind))}</button></li>`,
  );
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>${title}</title>
<style>${REPORT_STYLE}</style>
</head>
<body>
<a class="skip" href="#hosts">To the hosts</a>
<header>
<h1>${title}</h1>
<dl>${facts(page, report)
    .map(([name, value]) => `<dt>${name}</dt><dd>${say(value)}</dd>`)
    .join('')}</dl>
</header>
<main>
${section('wrong', 'What went wrong', troubles(page, report))}
${section('causes', 'Causes', causes(page, report))}
${section('waves', 'Waves', report.waves.length === 0 ? '' : reportChart(page, report))}
${section('changes', 'Changes', changes(page, report))}
${section('timeline', 'Timeline', timeline(page, report))}
${section('rollbacks', 'Taken back since', rollbacks(page, report))}
<section aria-labelledby="hosts-title">
<h2 id="hosts-title">Hosts</h2>
<div class="tools">
<ul class="counts">${buttons.join('')}</ul>
<label for="search">Search hosts, what was found on them and what happened ( / )</label>
<input id="search" type="search" autocomplete="off">
<p id="shown" role="status"></p>
</div>
<div id="hosts">
${hosts.map((host) => hostPage(page, report, host)).join('\n')}
</div>
</section>
</main>
<script>${REPORT_SCRIPT}</script>
</body>
</html>
`;
}

function digest(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`;
}

function section(id: string, title: string, body: string): string {
  return body === '' ? '' : `<section aria-labelledby="${id}"><h2 id="${id}">${title}</h2>\n${body}</section>`;
}

/** Names of hosts, each leading to its page. */
function links(page: Page, names: readonly string[]): string {
  return names.map((name) => `<a href="#${anchor(name)}">${escapeHtml(page.say(name))}</a>`).join(', ');
}

function anchor(host: string): string {
  return `host-${encodeURIComponent(host).replaceAll("'", '%27')}`;
}

function troubles(page: Page, { reasons, kind }: RunReport): string {
  const bad = reasons.filter(({ outcome }) => isTrouble(outcome, kind));
  const say = (text: string) => escapeHtml(page.say(text));
  const items = bad.map(({ outcome, reason, hosts }) => {
    const hint = reason?.hint === undefined ? '' : `<br>${say(reason.hint)}`;
    return `<li>${links(page, hosts)}: <span class="tag ${toneOf(outcome, kind)}">${say(outcomeWords(outcome, kind))}</span> ${say(reason?.message ?? '')}${hint}</li>`;
  });
  return items.length === 0 ? '' : `<ul>${items.join('')}</ul>\n`;
}

function causes(page: Page, report: RunReport): string {
  const say = (text: string) => escapeHtml(page.say(text));
  return report.causes
    .map(({ causes: found, hosts, evidence, explains }) => {
      const says = found.map((cause) => `${say(cause.says)}${cause.at === undefined ? '' : ` (${say(cause.at)})`}`).join('<br>');
      const lines = evidence.lines.map((line) => `${say(evidence.host)} │ ${say(line)}`).join('\n');
      const symptoms = explains.map((each) => `<li>${say(each.says)}</li>`).join('');
      return `<p>${says}</p><p>${count(hosts.length, 'host')}: ${links(page, hosts)}</p>${lines === '' ? '' : `<pre tabindex="0">${lines}</pre>`}${symptoms === '' ? '' : `<p>explains</p><ul>${symptoms}</ul>`}`;
    })
    .join('\n');
}

function changes(page: Page, report: RunReport): string {
  return report.changes
    .map(({ hosts, changes: made }) => {
      const text = made.flatMap((change) => changeText(page, change)).map(escapeHtml);
      return `<p>${count(hosts.length, 'host')}: ${links(page, hosts)}</p><pre tabindex="0">${text.join('\n')}</pre>`;
    })
    .join('\n');
}

function timeline(page: Page, { events, kind }: RunReport): string {
  return `<ol>${events.flatMap((event) => entry(page, event, kind)).join('')}</ol>\n`;
}

function entry(page: Page, event: RunReport['events'][number], kind: RunReport['kind']): readonly string[] {
  const line = eventLine(page, event, kind);
  if (line === undefined) return [];
  const at = iso(event.at);
  return [`<li><time datetime="${at}">${at.slice(11, 19)}</time> ${escapeHtml(line)}</li>`];
}

function rollbacks(page: Page, report: RunReport): string {
  const items = report.rollbacks.map(({ run, operator, at, counts }) => {
    const ended = counts.map(({ outcome, hosts }) => `${hosts.length} ${outcomeWords(outcome, 'rollback')}`).join(', ');
    return `<li>${iso(at)} by ${escapeHtml(page.say(operator))} (run ${escapeHtml(page.say(run))}): ${escapeHtml(ended)}</li>`;
  });
  return items.length === 0 ? '' : `<ul>${items.join('')}</ul>\n`;
}

function hostPage(page: Page, { kind }: RunReport, { host, outcome, reason, findings, changes: made, events }: HostReport): string {
  const say = (text: string) => escapeHtml(page.say(text));
  const found = findings.map(({ says, at }) => `<li>${say(says)}${at === undefined ? '' : ` (${say(at)})`}</li>`).join('');
  const diff = made.flatMap((change) => changeText(page, change)).map(escapeHtml);
  return `<details id="${anchor(host)}" data-outcome="${outcome}"><summary><b>${say(host)}</b> <span class="tag ${toneOf(outcome, kind)}">${say(outcomeWords(outcome, kind))}</span>${reason ? ` ${say(reason.message)}` : ''}</summary>
${reason?.hint === undefined ? '' : `<p>${say(reason.hint)}</p>`}${found === '' ? '' : `<h3>Found</h3><ul>${found}</ul>`}${diff.length === 0 ? '' : `<h3>Changed</h3><pre tabindex="0">${diff.join('\n')}</pre>`}<h3>What happened</h3><ol>${events.flatMap((event) => entry(page, event, kind)).join('')}</ol>
</details>`;
}
