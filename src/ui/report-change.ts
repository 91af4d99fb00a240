import type { Change } from '../domain/change.ts';
import type { Page } from './page.ts';
import { showChange } from './show-change.ts';

/** What was done, in lines without colour: what it means, and the diff where it may be shown. */
export function changeText(page: Page, change: Change): readonly string[] {
  return showChange(page, change).map((line) => line.replace(/^ {4}/, ''));
}
