import type { RunEvent } from '../domain/event.ts';
import { foldNames } from '../ui/names.ts';
import { inDoubt } from '../views/in-doubt.ts';
import { recordRun } from '../views/run-record.ts';
import type { Screen } from './screen.ts';

/** Tells what is known in the moment of leaving: a run that is left with a transaction on its way leaves that host in doubt. */
export function lastWords(screen: Screen, events: readonly RunEvent[]): void {
  const { started } = recordRun(events);
  const doubtful = inDoubt(events).map(({ host }) => host);
  const command = started ? `runbook rollback ${started.of ?? started.run}` : 'runbook runs';
  const doubt = ` Not known what happened on ${foldNames(screen.err, doubtful)}: "${command}" asks and settles them.`;
  screen.tell([`Left at once.${doubtful.length > 0 ? doubt : ''}`]);
}
