import type { RunEvent } from '../domain/event.ts';

/** Fields that hold sentences, written by a runbook or said by a host: nothing is looked up by them. */
const SENTENCES: ReadonlySet<string> = new Set([
  'says',
  'what',
  'message',
  'hint',
  'why',
  'evidence',
  'remarks',
  'questions',
  'irreversible',
]);

/**
 * An event as a journal may keep it: in no sentence stands a value that must not be shown. What a run is taken back or gone on with by
 * stays as it is: names, digests, states, words of commands (those of sensitive ones a journal keeps apart).
 */
export function maskedEvent(event: RunEvent, mask: (text: string) => string): RunEvent {
  return masked(event, false, mask) as RunEvent;
}

function masked(value: unknown, isSentence: boolean, mask: (text: string) => string): unknown {
  if (typeof value === 'string') return isSentence ? mask(value) : value;
  if (Array.isArray(value)) return value.map((each) => masked(each, isSentence, mask));
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, masked(each, isSentence || SENTENCES.has(key), mask)]));
}
