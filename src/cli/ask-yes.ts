import type { World } from './world.ts';

/** Asks a yes or no whose answer by Return alone is no; no as well where there is no terminal to ask on, and by Ctrl-C. */
export async function askYes({ terminal: { input, output } }: World, question: string): Promise<boolean> {
  if (!input.isTTY || !output.isTTY) return false;
  const { createPromptModule } = await import('inquirer');
  const prompt = createPromptModule({ input, output });
  try {
    const { yes } = await prompt([{ type: 'confirm', name: 'yes', message: question, default: false }]);
    return yes === true;
  } catch {
    return false;
  }
}
