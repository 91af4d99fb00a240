import type { AddCommand } from './command-line.ts';
import { type CommonOptions, withCommonOptions } from './options.ts';

/** `runbook show NAME`: what a runbook does, its inputs and its steps. */
export const addShow: AddCommand = (program, world, exit) => {
  withCommonOptions(program.command('show').argument('<name>', 'runbook name or path'))
    .summary('show what a runbook does')
    .description('Shows a runbook: what it is for, who signed it, its inputs, its steps and how it is rolled out.')
    .action(async (name: string, options: CommonOptions) => {
      const { screenOf } = await import('./screen.ts');
      const { requireRunbook } = await import('./load-runbook-file.ts');
      const { describeRunbook, runbookData } = await import('./describe-runbook.ts');
      const { signatureState } = await import('./runbook-signature.ts');
      const screen = screenOf(world, options);
      const runbook = await requireRunbook(world, screen, name);
      if (!runbook) return exit(1);
      const signature = await signatureState(world, screen, runbook);
      if (options.json) screen.data(runbookData(runbook, signature));
      else screen.print(describeRunbook(screen.out, runbook, signature));
      exit(0);
    });
};
