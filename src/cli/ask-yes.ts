import { prompted } from '../ui/prompt.ts';
import type { Screen } from './screen.ts';
import type { World } from './world.ts';

/** Asks a yes or no whose answer by Return alone is no; no as well where there is nobody to ask, and by Ctrl-C. */
export async function askYes({ terminal }: World, { out }: Screen, question: string): Promise<boolean> {
  const given = await prompted(terminal, out, { type: 'confirm', message: question, default: false });
  return typeof given !== 'string' && given.value === true;
}
