import type { AddCommand } from './command-line.ts';
import { type CommonOptions, withCommonOptions } from './options.ts';

/** `runbook runs`: what was done from here. */
export const addRuns: AddCommand = (program, world, exit) => {
  withCommonOptions(program.command('runs'))
    .summary('what was done from here, newest first')
    .description('Lists the runs that changed hosts, newest first, with their outcomes and whether any host is in doubt.')
    .action(async (options: CommonOptions) => {
      const { listRuns } = await import('./list-runs.ts');
      exit(await listRuns(world, options));
    });
};
