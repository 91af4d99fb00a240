import type { RunReport } from '../views/run-report.ts';
import { eventLine } from './event-line.ts';
import { isTrouble, outcomeWords } from './outcome-words.ts';
import type { Page } from './page.ts';
import { iso } from './report-json.ts';

/**
 * A report as JUnit has it, for the pages of CI: a test case a host. What is bad news after a run of its kind is a failure; a host that
 * was not begun is skipped. The form is that of Ant's task, which GitHub, GitLab and Jenkins read.
 */
export function reportJunit(page: Page, report: RunReport): string {
  const { run, kind, runbook, hosts, startedAt, finishedAt } = report;
  const bad = hosts.filter(({ outcome }) => isTrouble(outcome, kind));
  const skipped = hosts.filter(({ outcome }) => outcome === 'skipped');
  const attribute = (name: string, value: string | number) => ` ${name}="${xml(page.say(String(value)))}"`;
  const seconds = (from = 0, to = 0) => ((to - from) / 1_000).toFixed(3);
  const cases = hosts.map((host) => {
    const said = host.events.flatMap((event) => {
      const line = eventLine(page, event, kind);
      return line === undefined ? [] : [`${iso(event.at)} ${line}`];
    });
    const words = page.say(outcomeWords(host.outcome, kind));
    const message = host.reason ? `${words}: ${page.say(host.reason.message)}` : words;
    const verdict = isTrouble(host.outcome, kind)
      ? `    <failure${attribute('type', host.outcome)} message="${xml(message)}"/>\n`
      : host.outcome === 'skipped'
        ? `    <skipped message="${xml(message)}"/>\n`
        : '';
    const time = attribute('time', seconds(host.startedAt, host.finishedAt));
    return `  <testcase${attribute('classname', runbook)}${attribute('name', host.host)}${time}>\n${verdict}    <system-out>${xml(said.join('\n'))}</system-out>\n  </testcase>\n`;
  });
  const counts = `${attribute('tests', hosts.length)}${attribute('failures', bad.length)}${attribute('errors', 0)}${attribute('skipped', skipped.length)}`;
  const times = `${attribute('timestamp', iso(startedAt).replace('Z', ''))}${attribute('time', seconds(startedAt, finishedAt))}`;
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuite${attribute('name', `${kind} ${runbook} ${run}`)}${counts}${times}>\n${cases.join('')}</testsuite>\n`;
}

/** Text for XML 1.0: control characters were made visible before. */
function xml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
