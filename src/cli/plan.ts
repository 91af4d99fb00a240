import type { AddCommand } from './command-line.ts';
import { type RunOptions, withRunOptions } from './options.ts';

/** `runbook plan NAME`: exactly what would change. */
export const addPlan: AddCommand = (program, world, exit) => {
  withRunOptions(program.command('plan').argument('<name>', 'runbook name or path'))
    .option('--detailed-exitcode', 'exit with 2 when changes are pending')
    .summary('exactly what would change; changes nothing')
    .description('Computes what would change and shows it, one diff for all hosts that share it. Changes nothing.')
    .action(async (name: string, options: RunOptions & { readonly detailedExitcode?: true }) => {
      const { runRunbook } = await import('./run-runbook.ts');
      exit(await runRunbook(world, { kind: 'plan', name, options, yes: false, detailedExitCode: options.detailedExitcode === true }));
    });
};
