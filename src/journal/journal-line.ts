import { createHash } from 'node:crypto';

/** The chain's value before the first line. */
export const CHAIN_START = '0'.repeat(64);

/** One line of a journal: `{"v":1,"seq":N,"h":HASH,"e":EVENT}`, where HASH is over the line before and this event. */
export function journalLine(seq: number, previous: string, event: string): { readonly line: string; readonly hash: string } {
  const hash = createHash('sha256').update(`${previous}\n${seq}\n${event}`).digest('hex');
  return { line: `{"v":1,"seq":${seq},"h":"${hash}","e":${event}}\n`, hash };
}

/** What a journal's text holds: its events' texts, and where it stops being sound. */
export interface JournalText {
  readonly events: readonly string[];
  /** The last line was cut short, as a crash leaves it; it announces nothing, for what it would have announced was not done. */
  readonly torn: boolean;
  /** 1-based number of the first line that the chain does not vouch for. */
  readonly badLine?: number;
}

const LINE = /^\{"v":1,"seq":(\d+),"h":"([0-9a-f]{64})","e":(.*)\}$/s;

/** Reads a journal's text and checks its chain. A torn last line is left out; a bad line elsewhere ends the reading there. */
export function parseJournal(text: string): JournalText {
  const lines = text.split('\n');
  const rest = lines.pop() ?? '';
  const events: string[] = [];
  let previous = CHAIN_START;
  for (const [index, line] of lines.entries()) {
    const [, seq, hash, event] = LINE.exec(line) ?? [];
    const expected = event === undefined ? undefined : journalLine(index, previous, event);
    if (event === undefined || Number(seq) !== index || expected?.hash !== hash) return { events, torn: rest !== '', badLine: index + 1 };
    events.push(event);
    previous = expected?.hash ?? previous;
  }
  return { events, torn: rest !== '' };
}
