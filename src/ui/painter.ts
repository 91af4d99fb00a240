const ERASE_LINE = '\x1b[K';
/**
 * Everything from the beginning of the line on. Not by ESC [ J from the first column: in the first row of the screen, tmux takes that for
 * the wish to keep what is erased in its history (`screen_write_clearendofscreen` of tmux 3.3).
 */
const ERASE_BELOW = `\x1b[C\x1b[J\r${ERASE_LINE}`;

/**
 * Draws frames in place. Between two frames the cursor stands on the first character of the frame, so that a terminal that is resized
 * and breaks lines anew takes the cursor with it: what is below is always ours, and what is above never. Each method returns what is to
 * be written, at once. From frame to frame nothing is cleared before it is drawn over, so nothing flickers, and a line that is the same is
 * not drawn again.
 */
export class Painter {
  #drawn: readonly string[] = [];

  /** The frame in the place of the one before; '' when it is the same. */
  frame(lines: readonly string[]): string {
    const before = this.#drawn;
    this.#drawn = lines;
    let text = '';
    let at = 0;
    for (const [index, line] of lines.entries()) {
      if (line === before[index]) continue;
      text += `${down(index - at)}${line}${ERASE_LINE}\r`;
      at = index;
    }
    if (lines.length < before.length) {
      // Nothing of the old frame stays below the new one.
      const last = Math.max(0, lines.length - 1);
      text += `${down(last - at)}${lines.length === 0 ? '' : `\r\n`}${ERASE_BELOW}`;
      at = lines.length;
    }
    return text === '' ? '' : text + up(at);
  }

  /** Lines that stay, above the frame. */
  above(lines: readonly string[], frame: readonly string[]): string {
    this.#drawn = [];
    return `${ERASE_BELOW}${lines.map((line) => `${line}\r\n`).join('')}${this.frame(frame)}`;
  }

  /** The frame once more, after the terminal was resized or somebody else has written. */
  anew(frame: readonly string[]): string {
    this.#drawn = [];
    return `\r${ERASE_BELOW}${this.frame(frame)}`;
  }

  /** Takes the frame away; the cursor is where it began. */
  erase(): string {
    const text = this.#drawn.length === 0 ? '' : `\r${ERASE_BELOW}`;
    this.#drawn = [];
    return text;
  }
}

function down(rows: number): string {
  return rows > 0 ? '\r\n'.repeat(rows) : '';
}

function up(rows: number): string {
  return rows > 0 ? `\r\x1b[${rows}A` : '\r';
}
