import type { AddCommand } from './command-line.ts';
import { type RunOptions, withPlanUser, withRunOptions } from './options.ts';

/** `runbook diagnose NAME`: who is ill, and of what. */
export const addDiagnose: AddCommand = (program, world, exit) => {
  withPlanUser(withRunOptions(program.command('diagnose').argument('<name>', 'runbook name or path')))
    .summary('who is ill, and of what? changes nothing')
    .description('Looks at hosts and groups them by cause, with the evidence. Changes nothing.')
    .action(async (name: string, options: RunOptions) => {
      const { runRunbook } = await import('./run-runbook.ts');
      exit(await runRunbook(world, { kind: 'diagnose', name, options, yes: false, detailedExitCode: false }));
    });
};
