import type { Word } from './extract-word.ts';
import { offsetAt, type TextEdit, type TracedText } from './traced-text.ts';

/** What becomes of one word of a list. */
export type WordAction = { readonly kind: 'keep' } | { readonly kind: 'remove' } | { readonly kind: 'replace'; readonly text: string };

/** What becomes of a list of words: an action for each, and words added at the end. */
export interface WordChange {
  readonly actions: readonly WordAction[];
  readonly append: readonly string[];
}

/** A list of words in a file's text. */
export interface WordList {
  readonly file: string;
  /** The text they were read from, with its places in the file. */
  readonly source: TracedText;
  readonly words: readonly Word[];
  /** Where the list stands in the file when it has no character at all. */
  readonly emptyAt: number;
}

/** Writes a word so that it can stand beside the character at `index`; undefined when it cannot. */
export type WordEncoder = (word: string, index: number) => string | undefined;

/** Whether a change leaves a list as it is. */
export function changesNothing(change: WordChange): boolean {
  return change.append.length === 0 && change.actions.every(({ kind }) => kind === 'keep');
}

/** The words after a change. */
export function changedWords(words: readonly string[], change: WordChange): readonly string[] {
  const kept = words.flatMap((word, index) => {
    const action = change.actions[index];
    if (action?.kind === 'remove') return [];
    return action?.kind === 'replace' ? [action.text] : [word];
  });
  return [...kept, ...change.append];
}

/**
 * The edits that carry out a change and touch no other byte: with a word goes the blank before it, or the one after it where
 * it is the first; quotes around and comments between words stay. Undefined when an added word cannot be written there.
 * Callers check the result by reading it again.
 */
export function wordEdits(list: WordList, change: WordChange, encode: WordEncoder): readonly TextEdit[] | undefined {
  const edits: TextEdit[] = [];
  for (const [index, action] of change.actions.entries()) {
    if (action.kind === 'remove' && change.actions[index - 1]?.kind !== 'remove') {
      edits.push(...removal(list, index, lastOfRun(change, index)));
    }
    if (action.kind === 'replace') {
      const made = replacement(list, index, encode(action.text, list.words[index]?.start ?? 0));
      if (made === undefined) return undefined;
      edits.push(...made);
    }
  }
  const added = additions(list, change.append, encode);
  return added === undefined ? undefined : [...edits, ...added];
}

function lastOfRun(change: WordChange, first: number): number {
  let last = first;
  while (change.actions[last + 1]?.kind === 'remove') last += 1;
  return last;
}

function removal(list: WordList, first: number, last: number): readonly TextEdit[] {
  const start = list.words[first]?.start ?? 0;
  const end = list.words[last]?.end ?? 0;
  const before = list.words[first - 1]?.end;
  const after = list.words[last + 1]?.start;
  if (before === undefined && after === undefined) return deletion(list, 0, list.source.text.length);
  if (before !== undefined && isContiguous(list, before, end)) return deletion(list, before, end);
  if (after !== undefined && isContiguous(list, start, after)) return deletion(list, start, after);
  return deletion(list, start, end);
}

function replacement(list: WordList, index: number, raw: string | undefined): readonly TextEdit[] | undefined {
  const word = list.words[index];
  if (word === undefined || raw === undefined) return undefined;
  const [first, ...rest] = deletion(list, word.start, word.end);
  return first === undefined ? undefined : [{ ...first, text: raw }, ...rest];
}

function additions(list: WordList, words: readonly string[], encode: WordEncoder): readonly TextEdit[] | undefined {
  if (words.length === 0) return [];
  const last = list.words.at(-1);
  const index = last === undefined ? 0 : last.end - 1;
  const at = last === undefined ? offsetAt(list.source, list.source.text.length, list.emptyAt) : (list.source.to[index] ?? list.emptyAt);
  const raws = words.map((word) => encode(word, index));
  if (raws.includes(undefined)) return undefined;
  const text = raws.join(' ');
  return [{ from: at, to: at, text: last === undefined ? text : ` ${text}` }];
}

/** Deletes the bytes of characters, in as few pieces as stand together. */
function deletion(list: WordList, start: number, end: number): readonly TextEdit[] {
  const { from, to } = list.source;
  const edits: TextEdit[] = [];
  for (let first = start; first < end; ) {
    let last = first;
    while (last + 1 < end && isJoined(list, last)) last += 1;
    edits.push({ from: from[first] ?? 0, to: to[last] ?? 0, text: '' });
    first = last + 1;
  }
  return edits;
}

function isContiguous(list: WordList, start: number, end: number): boolean {
  for (let index = start; index + 1 < end; index += 1) if (!isJoined(list, index)) return false;
  return true;
}

/** Whether nothing but line continuations stands between a character's bytes and those of the next one. */
function isJoined({ file, source }: WordList, index: number): boolean {
  return /^(?:\\(?:\r\n|\n\r|\n|\r))*$/.test(file.slice(source.to[index], source.from[index + 1]));
}
