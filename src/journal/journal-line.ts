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
  /** The chain's value after the last sound line. */
  readonly hash: string;
  /** Length of what is sound, in bytes. */
  readonly bytes: number;
}

const LINE = /^\{"v":1,"seq":(\d+),"h":"([0-9a-f]{64})","e":(.*)\}$/s;

/** Reads a journal's text and checks its chain. A torn last line is left out; a bad line elsewhere ends the reading there. */
export function parseJournal(text: string): JournalText {
  const lines = text.split('\n');
  const torn = (lines.pop() ?? '') !== '';
  const events: string[] = [];
  let hash = CHAIN_START;
  let bytes = 0;
  for (const [index, line] of lines.entries()) {
    const [, seq, found, event] = LINE.exec(line) ?? [];
    const expected = event === undefined ? undefined : journalLine(index, hash, event);
    if (event === undefined || expected === undefined || Number(seq) !== index || expected.hash !== found)
      return { events, torn, badLine: index + 1, hash, bytes };
    events.push(event);
    hash = expected.hash;
    bytes += Buffer.byteLength(line) + 1;
  }
  return { events, torn, hash, bytes };
}

/** The event of a line, and where the chain stands at it; undefined where the chain's value before it does not lead to it. */
export function lineAfter(
  line: string,
  previous: string,
): { readonly seq: number; readonly event: string; readonly hash: string } | undefined {
  const [, seq, hash, event] = LINE.exec(line) ?? [];
  if (event === undefined || hash === undefined) return undefined;
  return journalLine(Number(seq), previous, event).hash === hash ? { seq: Number(seq), event, hash } : undefined;
}

/** What a line says that the chain's value is after it; it vouches for the next line, and nothing here for it. */
export function hashOf(line: string): string | undefined {
  return LINE.exec(line)?.[2];
}
