import { prompted } from '../ui/prompt.ts';
import type { Screen } from './screen.ts';
import type { World } from './world.ts';

/** Asks a person for a secret, which is shown only if `echo` says so; undefined when there is nobody to ask, or no answer. */
export async function askSecret({ terminal }: World, screen: Screen, name: string, echo = false): Promise<string | undefined> {
  const { out } = screen;
  const message = out.say(name);
  const question = echo ? ({ type: 'input', message } as const) : ({ type: 'password', message, mask: false } as const);
  const given = await screen.aside(() => prompted(terminal, out, question));
  return typeof given === 'string' || given.value === '' ? undefined : String(given.value);
}
