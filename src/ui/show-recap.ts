import { count } from '../formats/count.ts';
import type { Advice, Recap } from '../views/recap.ts';
import { eventLine } from './event-line.ts';
import { foldNames } from './names.ts';
import { isTrouble, outcomeWords, toneOf } from './outcome-words.ts';
import { hanging, headline, type Page } from './page.ts';
import { showHostFailure } from './show-failure.ts';

/** The last words of a run: how many hosts ended in which state, why, and the commands that come next. */
export function showRecap(page: Page, recap: Recap): readonly string[] {
  const { style } = page;
  const named = recap.reasons.filter(({ outcome }) => isTrouble(outcome, recap.kind));
  const failures = named.flatMap(({ outcome, reason, hosts }) =>
    reason ? showHostFailure(page, hosts, outcomeWords(outcome, recap.kind), reason) : [],
  );
  return [
    ...hanging(page, 0, '', `${page.say(recap.runbook)}: ${endWords(recap)}`, style.strong),
    ...stoppedWords(page, recap).flatMap((words) => hanging(page, 2, '', words, style.warn)),
    ...recap.counts.flatMap(({ outcome, hosts }) =>
      headline(
        page,
        toneOf(outcome, recap.kind),
        count(hosts.length, 'host'),
        `${outcomeWords(outcome, recap.kind)}: ${foldNames(page, hosts)}`,
      ),
    ),
    ...(failures.length > 0 ? ['', ...failures] : []),
    ...(recap.next.length > 0 ? ['', ...nextLines(page, recap.next)] : []),
  ];
}

function endWords({ kind, run, interrupted, declined }: Recap): string {
  const what = kind === 'diagnose' ? 'diagnosis' : kind;
  const how = interrupted ? 'interrupted' : declined ? 'declined' : 'finished';
  return `${what} ${how} (run ${run})`;
}

/** Why it did not go on, where it was not for the hosts alone. */
function stoppedWords(page: Page, { breach, closed }: Recap): readonly string[] {
  const words = breach ? eventLine(page, breach, 'apply') : closed === undefined ? undefined : `stopped: ${page.say(closed)}`;
  return words === undefined ? [] : [words];
}

/** A column of commands wider than this leaves no room for what they are good for. */
const WIDEST_COMMAND = 44;
/** In less than this nothing is read. */
const NARROWEST_WHY = 20;

/** Commands stand in a column, so that one can be copied; what it is good for stands beside it, or below a long one. */
function nextLines(page: Page, next: readonly Advice[]): readonly string[] {
  const commands = next.map(({ command }) => page.say(command));
  const width = Math.max(...commands.map((command) => (command.length > WIDEST_COMMAND ? 0 : command.length)));
  return next.flatMap(({ why }, index) => {
    const command = commands[index] ?? '';
    const lead = (index === 0 ? 'Next: ' : '      ') + page.style.strong(command);
    if (command.length > width || page.width - width < 6 + 2 + NARROWEST_WHY) return [lead, ...hanging(page, 8, '', why, page.style.quiet)];
    const [first = '', ...rest] = hanging(page, 6 + width + 2, '', why, page.style.quiet);
    return [lead + ' '.repeat(width - command.length + 2) + first.trimStart(), ...rest];
  });
}
