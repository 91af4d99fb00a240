import { readWords } from '../domain/denied.ts';
import type { HostPlan } from '../domain/plan.ts';
import { count } from '../formats/count.ts';
import { commandLine } from '../views/command-line.ts';
import { groupByDenied } from '../views/group-by-denied.ts';
import { foldNames } from './names.ts';
import { headline, labelled, list, type Page } from './page.ts';

/**
 * What the login was not allowed to read, once for all hosts on which that is the same: which step, what, and why; then the
 * command that writes down what sudoers would have to allow (`runbook sudoers`, without its hosts).
 */
export function showDenied(page: Page, plans: readonly HostPlan[], sudoers?: readonly string[]): readonly string[] {
  return groupByDenied(plans).flatMap(({ denied, hosts }) => [
    ...headline(page, 'warn', count(hosts.length, 'host'), `${count(denied.length, 'read')} denied: ${foldNames(page, hosts)}`),
    ...list(
      page,
      'denied',
      denied.map(({ step, read, why, instead }) => {
        const stood = instead === undefined ? '' : `; read from ${instead} instead`;
        return page.say(`${step}: ${readWords(read)} (${why}${stood})`);
      }),
    ),
    ...(sudoers ? labelled(page, 'next', page.say(commandLine([...sudoers, '-l', hosts[0] ?? '']))) : []),
    '',
  ]);
}
