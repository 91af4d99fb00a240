import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { CHAIN_START, hashOf, journalLine, lineAfter, parseJournal } from '../../src/journal/journal-line.ts';

const EVENTS = ['{"type":"a"}', '{"type":"€ {\\"e\\":1}"}', '{"type":"c"}'];

/** The lines of a journal, and the chain's value after each. */
function chained(events: readonly string[], from = 0): { readonly lines: readonly string[]; readonly hashes: readonly string[] } {
  const lines: string[] = [];
  const hashes: string[] = [];
  for (const [index, event] of events.entries()) {
    const { line, hash } = journalLine(from + index, hashes.at(-1) ?? CHAIN_START, event);
    lines.push(line);
    hashes.push(hash);
  }
  return { lines, hashes };
}

const { lines, hashes } = chained(EVENTS);
const [first = '', second = '', third = ''] = lines;
const bytesOf = (...some: readonly string[]) => Buffer.byteLength(some.join(''));

describe('a line of a journal', () => {
  test('holds the event as it is, and a hash over the line before, its number and the event', () => {
    const hash = createHash('sha256')
      .update(`${'0'.repeat(64)}\n7\n{"type":"a"}`)
      .digest('hex');
    expect(journalLine(7, CHAIN_START, '{"type":"a"}')).toEqual({ line: `{"v":1,"seq":7,"h":"${hash}","e":{"type":"a"}}\n`, hash });
  });
});

describe("a journal's text", () => {
  test('that is whole gives its events, and the chain goes on after the last', () => {
    expect(parseJournal(lines.join(''))).toEqual({ events: EVENTS, torn: false, hash: hashes[2], bytes: bytesOf(...lines) });
    expect(parseJournal('')).toEqual({ events: [], torn: false, hash: CHAIN_START, bytes: 0 });
  });

  test('whose last line is cut short anywhere gives all before it, and is torn', () => {
    const sound = { events: EVENTS.slice(0, 2), hash: hashes[1], bytes: bytesOf(first, second) };
    for (let size = 1; size < third.length; size += 1)
      expect(parseJournal(`${first}${second}${third.slice(0, size)}`)).toEqual({ ...sound, torn: true });
  });

  const forgeries: readonly [string, string][] = [
    ['is not one', 'what\n'],
    ['is empty', '\n'],
    ['has something before it', ` ${second}`],
    ['has something after it', second.replace(/\n/, ' \n')],
    ['is of another version', second.replace('"v":1', '"v":2')],
    ['has another event', second.replace('"type"', '"Type"')],
    ['has another hash', second.replace(/"h":"(.)/, (_, digit) => `"h":"${digit === '0' ? '1' : '0'}`)],
    ['has a hash that is cut', second.replace(/"h":"./, '"h":"')],
    ['has a number that it was not hashed with', second.replace('"seq":1', '"seq":2')],
    ['comes too late by its number', journalLine(2, hashes[0] ?? '', EVENTS[1] ?? '').line],
    ['follows another line', chained(EVENTS.slice(1), 1).lines[0] ?? ''],
  ];
  test.each(forgeries)('ends before a line that %s', (_, line) => {
    const sound = { events: EVENTS.slice(0, 1), hash: hashes[0], bytes: bytesOf(first) };
    expect(parseJournal(`${first}${line}${third}`)).toEqual({ ...sound, badLine: 2, torn: false });
    expect(parseJournal(`${first}${line}${third}{`)).toEqual({ ...sound, badLine: 2, torn: true });
  });

  test('is not sound from its first line on where that is not the first of a chain', () => {
    expect(parseJournal(lines.slice(1).join(''))).toEqual({ events: [], torn: false, badLine: 1, hash: CHAIN_START, bytes: 0 });
  });
});

describe('a line from the middle of a journal', () => {
  test('tells its event to who knows the chain before it', () => {
    expect(lineAfter(third.trimEnd(), hashes[1] ?? '')).toEqual({ seq: 2, event: EVENTS[2], hash: hashes[2] });
  });

  test.each([
    ['the chain before it is another', third.trimEnd(), hashes[0] ?? ''],
    ['its event is another', third.trimEnd().replace('"type"', '"Type"'), hashes[1] ?? ''],
    ['its number is another', third.trimEnd().replace('"seq":2', '"seq":3'), hashes[1] ?? ''],
    ['it is cut short', third.trimEnd().slice(0, -1), hashes[1] ?? ''],
    ['it is none', 'what', hashes[1] ?? ''],
  ])('tells nothing where %s', (_, line, previous) => {
    expect(lineAfter(line, previous)).toBeUndefined();
  });

  test('says what the chain is after it, for the next', () => {
    expect(hashOf(second.trimEnd())).toBe(hashes[1]);
    expect(hashOf('what')).toBeUndefined();
  });
});
