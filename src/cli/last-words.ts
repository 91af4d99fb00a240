import type { RunEvent } from '../domain/event.ts';
import { inDoubt } from '../views/in-doubt.ts';
import { recordRun } from '../views/run-record.ts';
import type { Screen } from './screen.ts';

/**
 * Tells what is known in the moment of leaving: hosts that were changed and not confirmed take themselves back, and when.
 */
export function lastWords(screen: Screen, events: readonly RunEvent[]): void {
  const { started } = recordRun(events);
  const armed = inDoubt(events);
  const times = armed.map(({ host, undoAt }) => `${screen.err.say(host)} at ${new Date(undoAt).toISOString().slice(11, 19)} UTC`);
  const command = started ? `runbook resume ${started.run}` : 'runbook runs';
  const words =
    armed.length === 0
      ? ''
      : ` Changed and not confirmed, and will take themselves back: ${times.join(', ')}. "${command}" asks them, and finishes what can be verified.`;
  screen.tell([`Left at once.${words}`]);
}
