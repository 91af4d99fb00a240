import { styleText } from 'node:util';
import type { Environment } from './environment.ts';
import type { Output } from './output.ts';

/** `--color`: `auto` colours terminals unless NO_COLOR is set (https://no-color.org) or the terminal is a dumb one. */
export type ColorChoice = 'auto' | 'always' | 'never';

type Paint = (text: string) => string;

/** Colours by what they mean. Each takes text that is safe to show and already wrapped. */
export interface Style {
  /** False: none of the paints does anything, and what others draw is to be plain as well. */
  readonly coloured: boolean;
  readonly bad: Paint;
  readonly good: Paint;
  readonly warn: Paint;
  readonly strong: Paint;
  readonly quiet: Paint;
  readonly added: Paint;
  readonly removed: Paint;
  readonly hunk: Paint;
}

/** The colours for a stream: all of them do nothing where colour is not wanted. */
export function styleFor(choice: ColorChoice, output: Pick<Output, 'isTTY'>, environment: Environment): Style {
  const wanted = choice === 'always' || (choice === 'auto' && output.isTTY && !environment.NO_COLOR && environment.TERM !== 'dumb');
  const paint = (format: Parameters<typeof styleText>[0]): Paint =>
    // The decision is made here: styleText itself would look at the process's own streams.
    wanted ? (text) => (text === '' ? '' : styleText(format, text, { validateStream: false })) : (text) => text;
  return {
    coloured: wanted,
    bad: paint('red'),
    good: paint('green'),
    warn: paint('yellow'),
    strong: paint('bold'),
    quiet: paint('dim'),
    added: paint('green'),
    removed: paint('red'),
    hunk: paint('cyan'),
  };
}
