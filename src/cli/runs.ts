import type { AddCommand } from './command-line.ts';
import { type CommonOptions, withCommonOptions } from './options.ts';

type RunsOptions = CommonOptions & { readonly verify?: true };

/** `runbook runs [RUN]`: what was done from here. */
export const addRuns: AddCommand = (program, world, exit) => {
  withCommonOptions(program.command('runs').argument('[run]', 'run id, an unambiguous beginning of one, or "last" (default: all)'))
    .option('--verify', 'check that journals are whole, and by whom their ends are signed')
    .summary('what was done from here, newest first')
    .description(
      'Lists the runs that changed hosts, newest first, with their outcomes and whether any host is in doubt. With --verify, a journal that was altered or a signature that does not hold is exit code 1.',
    )
    .action(async (run: string | undefined, options: RunsOptions) => {
      const { listRuns } = await import('./list-runs.ts');
      exit(await listRuns(world, options, { verify: options.verify === true, ...(run === undefined ? {} : { run }) }));
    });
};
