import { prompted } from '../ui/prompt.ts';
import type { Screen } from './screen.ts';
import type { World } from './world.ts';

/** Asks a person for a secret without showing it; undefined when there is nobody to ask, or no answer. */
export async function askSecret({ terminal }: World, { out }: Screen, name: string): Promise<string | undefined> {
  const given = await prompted(terminal, out, { type: 'password', message: out.say(name), mask: false });
  return typeof given === 'string' || given.value === '' ? undefined : String(given.value);
}
