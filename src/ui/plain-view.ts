import type { RunEvent, RunKind } from '../domain/event.ts';
import type { Outcome } from '../domain/plan.ts';
import { count } from '../formats/count.ts';
import { eventLine } from './event-line.ts';
import { isTrouble } from './outcome-words.ts';
import type { Output, View } from './output.ts';
import type { Page } from './page.ts';
import { PAUSED, STOPPING } from './words.ts';

/** Above so many hosts, those with which all is well are counted, not listed. */
const LISTED = 200;

/** How wide the column of host names grows. */
const WIDEST_NAME = 24;

/**
 * A run as lines of text, for pipes and logs: `08:05:02  lab-2  fixed`, times in UTC. A host that waits for the same
 * thing again says nothing new.
 */
export function plainView(output: Output, page: Page): View {
  let name = 0;
  let kind: RunKind = 'apply';
  let hosts = 0;
  let looked = 0;
  const last = new Map<string, string | undefined>();
  // A host that nothing is done to ends as it was found, which was said already.
  const found = new Map<string, Outcome>();

  const write = (at: number, host: string, text: string) => {
    const time = new Date(at).toISOString().slice(11, 19);
    output.write(`${page.style.quiet(time)}  ${page.say(host).padEnd(name)}  ${text}\n`);
  };

  return {
    // No event, and so without a time of its own.
    stopping: (signal) => output.write(`stopping (${page.say(signal)}): ${STOPPING}\n`),
    paused: (by) => output.write(by === undefined ? 'continued\n' : `paused (${page.say(by)}): ${PAUSED}\n`),
    event(event) {
      if (event.type === 'run.started') {
        kind = event.kind;
        hosts = event.hosts.length;
        name = Math.min(WIDEST_NAME, Math.max(1, ...event.hosts.map((host) => page.say(host).length)));
      }
      if (event.type === 'run.resumed') name = Math.min(WIDEST_NAME, Math.max(1, ...event.hosts.map((host) => page.say(host).length)));
      if (event.type === 'host.planned') {
        looked += 1;
        found.set(event.host, event.plan.outcome);
      }
      if (event.type === 'host.finished' && found.get(event.host) === event.outcome) return;
      const text = eventLine(page, event, kind);
      const host = 'host' in event ? event.host : '-';
      const news = event.type === 'verify.attempted' ? gist(text ?? '') : text;
      if (text !== undefined && last.get(host) !== news && (hosts <= LISTED || !isRoutine(event, kind))) {
        last.set(host, news);
        write(event.at, host, text);
      }
      if (event.type === 'host.planned' && hosts > LISTED && isMilestone(looked, hosts)) {
        write(event.at, '-', `${looked} of ${count(hosts, 'host')} looked at`);
      }
    },
    abandon() {},
    close: () => Promise.resolve(),
  };
}

/** An event of one host that tells of nothing but progress. */
function isRoutine(event: RunEvent, kind: RunKind): boolean {
  switch (event.type) {
    case 'host.planned':
      return !isTrouble(event.plan.outcome, kind);
    case 'host.finished':
      return !isTrouble(event.outcome, kind);
    case 'transaction.intended':
    case 'verify.attempted':
      return true;
    default:
      return false;
  }
}

/** A sentence without its numbers: seconds that pass are no news. */
function gist(text: string): string {
  return text.replace(/\d+/g, '0');
}

/** Ten times in a run, and at its end. */
function isMilestone(looked: number, hosts: number): boolean {
  const tenth = Math.ceil(hosts / 10);
  return looked === hosts || looked % tenth === 0;
}
