import type { Screen } from './screen.ts';
import type { World } from './world.ts';

/** Asks a person for a secret, which is shown only if `echo` says so; undefined when there is no terminal, or no answer. */
export async function askSecret(world: World, screen: Screen, name: string, echo = false): Promise<string | undefined> {
  const { input, output } = world.terminal;
  if (!input.isTTY || !output.isTTY) return undefined;
  const { createPromptModule } = await import('inquirer');
  const prompt = createPromptModule({ input, output });
  try {
    const message = screen.out.say(name);
    const { secret } = await prompt([
      echo ? { type: 'input', name: 'secret', message } : { type: 'password', name: 'secret', message, mask: false },
    ]);
    return typeof secret === 'string' && secret !== '' ? secret : undefined;
  } catch {
    // Ctrl-C: no answer.
    return undefined;
  }
}
