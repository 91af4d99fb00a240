import { visibleLine } from '../formats/visible.ts';
import type { Environment } from './environment.ts';
import type { Output } from './output.ts';
import type { Mask } from './secrets-mask.ts';
import { type ColorChoice, type Style, styleFor } from './style.ts';
import { type Symbols, symbolsFor } from './symbols.ts';
import { wrap } from './wrap.ts';

/** Everything that decides how a text is laid out; what the `show…` functions take beside their data. */
export interface Page {
  /** Columns; Infinity where lines are not broken. */
  readonly width: number;
  readonly style: Style;
  readonly symbols: Symbols;
  /** For a screen reader: a sentence a line, no signs, no colours. */
  readonly spoken: boolean;
  /** If it is for a terminal, that moves its cursor, and its reader wants that. */
  readonly drawn: boolean;
  /** Name all hosts, and show all diffs. */
  readonly full: boolean;
  /** Text of any origin as one line that is safe to show, secrets masked. */
  say(text: string): string;
}

/** What a page is made from, beside the output itself. */
export interface PageOptions {
  readonly color: ColorChoice;
  readonly environment: Environment;
  readonly mask: Mask;
  readonly full: boolean;
  /** `--plain`. */
  readonly spoken?: boolean;
}

/** Lines longer than this are hard to read on a wide terminal. */
const WIDEST = 120;
const NARROWEST = 40;

/** A page for an output, as wide as it is at each moment. Text that is not for a terminal is not wrapped, so that it can be searched. */
export function pageFor(output: Output, { color, environment, mask, full, spoken = false }: PageOptions): Page {
  return {
    get width() {
      return output.isTTY && !spoken ? Math.min(WIDEST, Math.max(NARROWEST, output.columns())) : Number.POSITIVE_INFINITY;
    },
    style: styleFor(spoken ? 'never' : color, output, environment),
    symbols: symbolsFor(environment, spoken),
    spoken,
    // A dumb terminal would show the cursor's movements as letters.
    drawn: !spoken && environment.TERM !== 'dumb',
    full,
    // Masked first: an escaped or broken secret would no longer be found.
    say: (text) => visibleLine(mask(text)),
  };
}

/** A sentence that goes on, indented under its own beginning. `lead` is safe text, and not counted as part of the indent. */
export function hanging(page: Page, indent: number, lead: string, text: string, paint = (line: string) => line): readonly string[] {
  const left = ' '.repeat(indent);
  const rest = ' '.repeat(indent + lead.length);
  return wrap(text, page.width - rest.length).map((line, index) => (index === 0 ? left + lead : rest) + paint(line));
}

/** Good news, a thing to look at, bad news. */
export type Tone = 'good' | 'warn' | 'bad';

/** How wide the column of labels is. */
const LABEL = 11;

/** `    where      /etc/default/kubelet:3`: a quiet label and its sentence. The label is left out where it is ''. */
export function labelled(page: Page, label: string, text: string, paint?: (line: string) => string): readonly string[] {
  const lines = hanging(page, 4, ' '.repeat(LABEL), text, paint);
  return lines.map((line, index) => (index === 0 ? `    ${page.style.quiet(label.padEnd(LABEL))}${line.slice(4 + LABEL)}` : line));
}

/** `✗ 2 hosts      a sentence`: a sign in the colour of what it means, how many, and a sentence that stands over the labelled lines. */
export function headline(page: Page, tone: Tone, lead: string, text: string): readonly string[] {
  const { style, symbols } = page;
  const padded = `  ${lead}`.padEnd(4 + LABEL - 1).concat(' ');
  const lines = hanging(page, 0, padded, text);
  return lines.map((line, index) => (index === 0 ? style[tone](symbols[tone]) + line.slice(1) : line));
}

/** Several sentences under one label. */
export function list(page: Page, label: string, texts: readonly string[], paint?: (line: string) => string): readonly string[] {
  return texts.flatMap((text, index) => labelled(page, index === 0 ? label : '', text, paint));
}
