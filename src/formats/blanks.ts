/** Blanks, as systemd separates words by them. */
export const BLANKS = ' \t\n\r';

/**
 * Where the blanks at the end of a text begin; its length when there are none. A regular expression for this looks at every
 * run of blanks from each of its characters, which a file of nothing but blanks makes last for hours.
 */
export function trailingBlanks(text: string, blanks = BLANKS): number {
  let end = text.length;
  while (end > 0 && blanks.includes(text.charAt(end - 1))) end -= 1;
  return end;
}
