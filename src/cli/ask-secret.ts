import type { Screen } from './screen.ts';
import type { World } from './world.ts';

/** Asks a person for a secret without showing it; undefined when there is no terminal, or no answer. */
export async function askSecret(world: World, screen: Screen, name: string): Promise<string | undefined> {
  const { input, output } = world.terminal;
  if (!input.isTTY || !output.isTTY) return undefined;
  const { createPromptModule } = await import('inquirer');
  const prompt = createPromptModule({ input, output });
  try {
    const { secret } = await prompt([{ type: 'password', name: 'secret', message: screen.out.say(name), mask: false }]);
    return typeof secret === 'string' && secret !== '' ? secret : undefined;
  } catch {
    // Ctrl-C: no answer.
    return undefined;
  }
}
