import { distance } from 'fastest-levenshtein';

const LONGEST_LIST = 24;

/** The known word that was probably meant, or `undefined` when none is near. */
export function nearest(word: string, known: Iterable<string>): string | undefined {
  const limit = word.length <= 3 ? 1 : Math.min(3, Math.ceil(word.length / 3));
  let best: string | undefined;
  let bestDistance = limit + 1;
  for (const candidate of known) {
    if (word.length >= 3 && candidate.startsWith(word)) return candidate;
    const apart = distance(word.toLowerCase(), candidate.toLowerCase());
    if (apart < bestDistance) [best, bestDistance] = [candidate, apart];
  }
  return best;
}

/** A hint for a misspelt word: what was probably meant, else what there is. */
export function didYouMean(word: string, known: Iterable<string>, what = 'known'): string | undefined {
  const words = [...known];
  const near = nearest(word, words);
  if (near !== undefined) return `did you mean ${near}?`;
  if (words.length === 0) return undefined;
  const shown = words.slice(0, LONGEST_LIST).join(', ');
  return words.length > LONGEST_LIST ? `${what}: ${shown}, …` : `${what}: ${shown}`;
}
