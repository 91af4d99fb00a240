import type { Failure } from '../domain/failure.ts';
import { foldNames } from './names.ts';
import { hanging, labelled, type Page } from './page.ts';

/** A failure of the whole command: what, where, the state that the hosts are in now (`state`), and what to do next. */
export function showFailure(page: Page, failure: Failure, state?: string): readonly string[] {
  return failureLines(page, page.say(failure.message), failure, state);
}

/** A failure that hosts share. `outcome` is how they ended, in words. */
export function showHostFailure(page: Page, hosts: readonly string[], outcome: string, failure: Failure): readonly string[] {
  return failureLines(page, `${foldNames(page, hosts)}: ${outcome}: ${page.say(failure.message)}`, failure);
}

/** Where, and the next step; nothing where the failure names neither. */
export function failureDetails(page: Page, { at, hint }: Failure, state?: string): readonly string[] {
  return [
    ...(at === undefined ? [] : labelled(page, 'where', page.say(at))),
    ...(state === undefined ? [] : labelled(page, 'now', page.say(state))),
    ...(hint === undefined ? [] : labelled(page, 'next', page.say(hint))),
  ];
}

function failureLines(page: Page, text: string, failure: Failure, state?: string): readonly string[] {
  const { style, symbols } = page;
  const lines = hanging(page, 0, '  ', text);
  return [
    ...lines.map((line, index) => (index === 0 ? style.bad(symbols.bad) + line.slice(1) : line)),
    ...failureDetails(page, failure, state),
  ];
}
