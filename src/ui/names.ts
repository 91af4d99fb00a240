import type { Page } from './page.ts';

/** Up to so many names are all shown; of more, only the first few. */
const ALL_SHOWN = 8;
const FIRST_FEW = 3;

/** `a, b, c and 409 more`; all of them on a full page. */
export function foldNames(page: Page, names: readonly string[]): string {
  if (page.full || names.length <= ALL_SHOWN) return names.map(page.say).join(', ');
  return `${names.slice(0, FIRST_FEW).map(page.say).join(', ')} and ${names.length - FIRST_FEW} more`;
}
