import { Argument } from 'commander';
import type { AddCommand } from './command-line.ts';
import { SCRIPTS, SHELLS } from './completion-scripts.ts';

/** `runbook completion SHELL`, and the command that its script asks. */
export const addCompletion: AddCommand = (program, world, exit) => {
  program
    .command('completion')
    .addArgument(new Argument('<shell>', 'the shell').choices(SHELLS))
    .summary('have a shell complete commands, runbooks, hosts and runs')
    .description(
      'Prints what a shell is to run at its start. bash: add "source <(runbook completion bash)" to ~/.bashrc. zsh: the same with zsh, after compinit, in ~/.zshrc. fish: "runbook completion fish > ~/.config/fish/completions/runbook.fish".',
    )
    .action((shell: (typeof SHELLS)[number]) => {
      world.out.write(SCRIPTS[shell]);
      exit(0);
    });
  program
    .command('complete', { hidden: true })
    .argument('[words...]')
    .action(async (words: readonly string[]) => {
      const { completed } = await import('./complete.ts');
      for (const { word, says } of await completed(program, world, words)) world.out.write(`${word}\t${says}\n`);
      exit(0);
    });
};
