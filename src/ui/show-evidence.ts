import { foldNames } from './names.ts';
import { labelled, type Page } from './page.ts';
import { wrap } from './wrap.ts';

/** Lines shown of what a host printed, and the length at which each is cut. */
const MOST_LINES = 4;
const LONGEST = 400;

/**
 * What a host printed, each line behind the host's name and a bar, so that nothing in it can be taken for our own words.
 */
export function showEvidence(page: Page, host: string, lines: readonly string[]): readonly string[] {
  if (lines.length === 0) return [];
  const { bar, ellipsis } = page.symbols;
  const lead = `${foldNames(page, [host])} ${bar} `;
  const shown = lines.slice(0, page.full ? lines.length : MOST_LINES);
  const texts = shown.map((line) => {
    const text = page.say(line).trim();
    return text.length > LONGEST ? `${text.slice(0, LONGEST)} ${ellipsis}` : text;
  });
  const more = lines.length - shown.length;
  const all = texts.flatMap((text) => wrap(text, Math.max(20, page.width - 15 - lead.length), { hard: true }));
  return [
    ...all.map((text, index) => {
      const [line = ''] = labelled({ ...page, width: Number.POSITIVE_INFINITY }, index === 0 ? 'evidence' : '', lead + text);
      return line;
    }),
    ...(more > 0 ? labelled(page, '', `and ${more} more like these`, page.style.quiet) : []),
  ];
}
