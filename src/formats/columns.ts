/**
 * Characters that terminals draw two columns wide: East Asian Width W and F of Unicode (UAX #11), and what is drawn as an emoji.
 * Whole blocks, so that a character that Unicode adds to one of them is never taken for narrower than it is.
 */
const WIDE =
  /[\u1100-\u115f\u2329\u232a\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97f\uac00-\ud7ff\uf900-\ufaff\ufe10-\ufe1f\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\u{16fe0}-\u{18dff}\u{1aff0}-\u{1b2ff}\u{1f000}-\u{1faff}\u{20000}-\u{3fffd}]|\p{Emoji_Presentation}/u;

/** Select Graphic Rendition (ECMA-48 8.3.117): colours, bold, dim. It takes no room. */
const RENDITION = /\x1b\[[\d;]*m/g;
const ALL_NARROW = /^[\x20-\u10ff]*$/;
const PLAIN = '\x1b[0m';

/**
 * The most columns that a terminal needs for one line of text that is safe to show, colours not counted. Where terminals differ (marks
 * that combine, emoji in several parts), it is the larger number, so that what fits by it fits.
 */
export function columnsOf(line: string): number {
  const bare = line.replace(RENDITION, '');
  if (ALL_NARROW.test(bare)) return bare.length;
  let columns = 0;
  for (const character of bare) columns += WIDE.test(character) ? 2 : 1;
  return columns;
}

/** A line of at most so many columns; what is cut off ends in `ellipsis`, where there is room for it. Colours end with the line. */
export function clip(line: string, columns: number, ellipsis: string): string {
  if (columnsOf(line) <= columns) return line;
  const room = columns - columnsOf(ellipsis);
  if (room < 0) return ellipsis.slice(0, Math.max(0, columns));
  let kept = '';
  let used = 0;
  let last = 0;
  let coloured = false;
  for (const { 0: paint, index } of line.matchAll(RENDITION)) {
    const cut = fitting(line.slice(last, index), room - used);
    kept += cut;
    used += columnsOf(cut);
    if (cut.length < index - last) return ended(kept, coloured, ellipsis);
    kept += paint;
    coloured = true;
    last = index + paint.length;
  }
  return ended(kept + fitting(line.slice(last), room - used), coloured, ellipsis);
}

/** A line with blanks to so many columns; a longer one stays as it is. */
export function padColumns(line: string, columns: number): string {
  return line + ' '.repeat(Math.max(0, columns - columnsOf(line)));
}

function ended(kept: string, coloured: boolean, ellipsis: string): string {
  return kept + ellipsis + (coloured ? PLAIN : '');
}

/** The beginning of an uncoloured text that fits. */
function fitting(text: string, columns: number): string {
  let used = 0;
  let length = 0;
  for (const character of text) {
    used += WIDE.test(character) ? 2 : 1;
    if (used > columns) break;
    length += character.length;
  }
  return text.slice(0, length);
}
