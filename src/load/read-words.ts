import type { Range, Report } from './report.ts';
import { didYouMean, nearest } from './suggest.ts';
import { describeTree, type Entry, type Tree } from './yaml-tree.ts';

/** A map whose keys are words of the language. */
export interface Words {
  readonly range: Range;
  /** Where to point when a word is missing. */
  readonly head: Range;
  value(word: string): Tree | undefined;
  /** The place of the key, or of the map when the word is not there. */
  key(word: string): Range;
}

/**
 * Takes a map apart by the words that the language has here, and reports all others. A misspelt word counts as the one
 * that was probably meant, so that one slip is one diagnostic.
 *
 * @param what the map's name in messages: `a step`, `rollout`
 */
export function readWords(tree: Tree, known: readonly string[], what: string, report: Report): Words | undefined {
  if (tree.kind === 'broken') return undefined;
  if (tree.kind !== 'map') {
    report.error('wrong-type', tree.range, `${what} must be a map, but is ${describeTree(tree)}`, `it takes: ${known.join(', ')}`);
    return undefined;
  }
  const entries = new Map<string, Entry>();
  for (const [word, entry] of tree.entries) if (known.includes(word)) entries.set(word, entry);
  for (const [word, entry] of tree.entries) {
    if (known.includes(word)) continue;
    report.error('unknown-key', entry.key, `${what} has no ${word}`, didYouMean(word, known, 'it takes'));
    const meant = nearest(word, known);
    if (meant !== undefined && !entries.has(meant)) entries.set(meant, entry);
  }
  const { range } = tree;
  const head = firstKey(tree.entries) ?? range;
  return { range, head, value: (word) => entries.get(word)?.value, key: (word) => entries.get(word)?.key ?? head };
}

/** The value of a word that must be there. */
export function required(words: Words, word: string, what: string, report: Report): Tree | undefined {
  const tree = words.value(word);
  if (tree === undefined) report.error('missing-key', words.head, `${what} needs ${word}`);
  return tree;
}

function firstKey(entries: ReadonlyMap<string, Entry>): Range | undefined {
  for (const { key } of entries.values()) return key;
  return undefined;
}
